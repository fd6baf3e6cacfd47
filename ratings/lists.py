"""What the lists of ratings write into Excel: the same as their pages show, nothing more."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ratings.effects import effects_words
from ratings.models import Application, Event
from records.deadlines import deadline
from records.workbooks import Column
from villages.townships import unit_columns


def applications() -> list[Column]:
    return [
        *unit_columns(lambda row: row.unit),
        Column(_("State"), lambda row: Application.State(row.shown_state).label, 20),
        Column(_("Star applied for"), lambda row: row.applied_star, 10),
        Column(_("Points by its own figures"), lambda row: row.self_total, 16, "0.00"),
        Column(_("Submitted"), lambda row: row.submitted_at, 20),
        Column(_("Filled on the village's behalf"), lambda row: _("Yes") if row.on_behalf else "", 12),
    ]


def not_begun() -> list[Column]:
    return [
        *unit_columns(lambda row: row["unit"], _("Village")),
        Column(_("Year"), lambda row: row["cycle"].year, 8),
        Column(_("Form"), lambda row: _("Begun, not sent") if row["application"] else _("Not begun")),
        Column(_("May apply until"), lambda row: deadline(row["closes"]) if row["closes"] else "", 20),
    ]


def register() -> list[Column]:
    return [
        *public_register(),
        Column(_("Star decided"), lambda period: period.decision.star, 10),
        Column(_("Document"), lambda period: period.decision.document, 28),
        Column(_("Active effects"), lambda period: effects_words(period.effects), 24),
    ]


def public_register() -> list[Column]:
    """What anyone may know."""
    return [
        *unit_columns(lambda row: row.unit),
        Column(_("Star"), lambda period: period.star, 8),
        Column(_("Since"), lambda period: period.since, 14),
    ]


def events(names: Mapping[str, str]) -> list[Column]:
    """``names``: event code → what it is called."""

    def state(event: Event) -> str:
        if event.held:
            return _("Held")
        if hasattr(event, "reversal"):
            return _("No longer counts: appeal upheld")
        return _("Rectified") if event.closed else _("Not rectified")

    return [
        *unit_columns(lambda row: row.unit),
        Column(_("Event"), lambda event: names.get(event.kind, event.kind), 28),
        Column(_("Day"), lambda event: event.on, 14),
        Column(_("State"), state),
        Column(_("Closed as rectified on"), lambda event: event.closed, 14),
        Column(_("What was done"), lambda event: event.rectification, 40),
        Column(_("Source"), lambda event: event.source, 24),
        Column(_("Note"), lambda event: event.note, 40),
    ]
