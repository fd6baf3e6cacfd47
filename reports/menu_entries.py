"""The menu entries of ``reports``."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import DESK, MenuEntry, Section

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
        Section.RESULTS,
        _("Money at a glance"),
        "money_home",
        ("incentives.view_incentive",),
        order=5,
        note=_("What is due, paid, frozen and left, and whose turn it is"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Assessments"),
        "assessments",
        ("reports.manage_assessment", "reports.view_assessment"),
        order=60,
        note=_("Figures of townships and counties, from their villages' results"),
    ),
    MenuEntry(
        Section.RECORDS,
        _("Warnings"),
        "warnings",
        ("followups.view_followup",),
        order=24,
        audiences=(DESK,),
        note=_("What is late or unusual, by rule and colour"),
    ),
    MenuEntry(
        Section.RECORDS,
        _("Leads"),
        "leads",
        ("reports.view_leads",),
        order=26,
        audiences=(DESK,),
        note=_("Unusual figures to look at, never verdicts"),
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
