from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        from records import column_hashes, receivers, registrations  # noqa: F401 (receivers connect when imported)

        column_hashes.install()
        registrations.register()
