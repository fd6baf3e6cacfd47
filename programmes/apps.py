from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "programmes"

    def ready(self) -> None:
        from programmes import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
