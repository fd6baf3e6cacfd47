from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "ratings"

    def ready(self) -> None:
        from ratings import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
