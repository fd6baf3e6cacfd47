from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        from records import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
