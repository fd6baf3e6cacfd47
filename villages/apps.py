from django.apps import AppConfig


class VillagesConfig(AppConfig):
    name = "villages"

    def ready(self) -> None:
        from records import proof
        from villages.models import Unit

        proof.prove_in_blocks(Unit)
