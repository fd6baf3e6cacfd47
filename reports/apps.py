from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from accounts import menu
        from reports.demonstration import guard  # noqa: F401 (registers a system check)

        menu.register(
            menu.MenuEntry(
                _("Dashboard"),
                "dashboard_home",
                "reports.view_dashboard",
                audiences=(menu.DESK,),
                note=_("Progress, stars and warnings of your places"),
                order=10,
            ),
        )
