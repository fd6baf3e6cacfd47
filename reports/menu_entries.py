"""The menu entries of ``reports``."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import MenuEntry, Section

MENU = (
    MenuEntry(
        Section.RATING,
        _("Dashboard"),
        "dashboard_home",
        ("reports.view_dashboard",),
        order=10,
        note=_("Progress, stars and warnings of your places"),
    ),
    MenuEntry(
        Section.REPORTS,
        _("Annual reports"),
        "reports",
        ("reports.view_report",),
        order=10,
        note=_("The year in an Excel workbook"),
    ),
)
