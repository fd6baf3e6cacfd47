from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        from records import column_hashes, kept_statements, receivers, registrations  # noqa: F401 (receivers connect)

        column_hashes.install()
        registrations.register()
