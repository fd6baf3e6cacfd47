from django.apps import AppConfig


class HonoursConfig(AppConfig):
    name = "honours"

    def ready(self) -> None:
        from honours import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
