from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "ratings"

    def ready(self) -> None:
        from ratings import announcing, steps

        announcing.register_kinds()
        steps.register_steps()
