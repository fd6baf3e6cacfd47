from django.apps import AppConfig


class VillagesConfig(AppConfig):
    name = "villages"

    def ready(self) -> None:
        from villages import registrations

        registrations.register()
