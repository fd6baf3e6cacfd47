from django.apps import AppConfig


class ImprovementsConfig(AppConfig):
    name = "improvements"

    def ready(self) -> None:
        from improvements import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
