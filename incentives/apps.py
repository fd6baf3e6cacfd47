from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    name = "incentives"

    def ready(self) -> None:
        from incentives import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
