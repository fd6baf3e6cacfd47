from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from followups import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
