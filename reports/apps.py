from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports.demonstration import guard  # noqa: F401 (registers a system check; models must be loaded)
