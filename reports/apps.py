from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
