"""What reports register: help, notices, the job that makes a report, to-dos, panel, menu."""

from django.utils.translation import pgettext_lazy

from accounts import audit_trail, audit_words, deputies, home, menu, page_help, saved_filters, todo_list, trail_values
from followups import kinds as follow_up_kinds
from followups import time_limits
from notifications import kinds
from records import jobs, openable
from reports import help_topics, kept_warnings, menu_entries, notices, todos, workflow
from reports.demonstration import guard  # noqa: F401 (registers a system check)
from reports.forms import WarningFilterForm
from reports.home import progress
from reports.leads.forms import LeadFilterForm
from reports.leads.models import VIEW as VIEW_LEADS
from reports.models import (
    Assessment,
    ComparisonSetting,
    LeadLimit,
    LeadNote,
    ReportRequest,
    TilePosition,
    WarningThreshold,
)
from reports.models.assessment import MANAGE
from reports.unit_file.link import link_to_file
from villages import unit_panels

TRAIL = {
    "set_thresholds": pgettext_lazy("step", "set the thresholds of warnings"),
    "place_tiles": pgettext_lazy("step", "move the tiles of the map"),
    "set_lead_aside": pgettext_lazy("step", "set a lead aside"),
    "set_lead_limits": pgettext_lazy("step", "set the limits of leads"),
    "write_assessment": pgettext_lazy("step", "write an assessment"),
    "issue_assessment": pgettext_lazy("step", "issue an assessment"),
    "freeze_assessment": pgettext_lazy("step", "decide an assessment"),
    "show_comparison": pgettext_lazy("step", "show or hide the figures of all"),
}
RIGHTS = {
    **dict.fromkeys(("set_thresholds", "place_tiles"), [WarningThreshold.SET]),
    **dict.fromkeys(("set_lead_aside", "set_lead_limits"), [VIEW_LEADS]),
    **dict.fromkeys(("write_assessment", "issue_assessment", "freeze_assessment", "show_comparison"), [MANAGE]),
    "make_report": [workflow.VIEW_REPORT],
}
"""Which rights the steps need (``accounts.deputies``)."""


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register(assessment=Assessment.objects.seen_by, report=workflow.reports_of)
    kinds.register(**notices.KINDS)
    follow_up_kinds.register(**kept_warnings.KINDS)
    time_limits.register(**kept_warnings.LIMITS)
    audit_words.register(TRAIL)
    audit_trail.show_openly("a rule for warnings says nothing of a result", WarningThreshold)
    audit_trail.show_openly("where a place lies on a map says nothing of a result", TilePosition)
    audit_trail.show_openly("from when a figure is a lead says nothing of anybody", LeadLimit)
    audit_trail.redact(LeadNote, audit_trail.Redaction(cells="true", columns=("note", "lead_id")))
    audit_trail.show_openly("figures of results that are out, for the trail's readers alone", Assessment)
    audit_trail.show_openly("whether a city shows figures says nothing of a result", ComparisonSetting)
    trail_values.name_codes(
        Assessment, "formula", lambda texts: {text: trail_values.length_in_words(text) for text in texts}
    )
    deputies.register(RIGHTS)
    jobs.register(ReportRequest, workflow.make)
    todo_list.register(todos)
    home.register(home.HomePanel("reports/home_progress.html", progress, order=20))
    unit_panels.register(
        unit_panels.UnitPanel("reports/unit_file_link.html", link_to_file, column=unit_panels.SIDE, order=5)
    )
    figures = ("a", "b", "c", "place", "day")
    saved_filters.register(warnings=WarningFilterForm, leads=LeadFilterForm, figure_list=figures)
    menu.register(*menu_entries.MENU)
