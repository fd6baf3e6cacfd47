from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import menu

        menu.register(menu.MenuEntry(_("Home"), "home", order=0))
