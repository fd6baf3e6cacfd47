from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import receivers, registrations  # noqa: F401 (receivers connect when imported)

        registrations.register()
