from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"

    def ready(self) -> None:
        from consultations import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
