"""What the lists of ratings export to Excel: the same as their pages show, nothing more."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ratings.events.applicable_scheme import EventNames
from ratings.events.effects import effects_words
from ratings.models import Application, Event, RegisterRun, RegisterRunChange
from ratings.presenters import register_runs as runs_presenter
from records.deadlines import deadline
from records.workbooks import SheetColumn
from villages.townships import unit_columns


def applications() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("State"), lambda row: Application.State(row.shown_state).label, 20),
        SheetColumn(_("Star applied for"), lambda row: row.applied_star, 10),
        SheetColumn(_("Points by its own figures"), lambda row: row.self_total, 16, "0.00"),
        SheetColumn(_("Submitted"), lambda row: row.submitted_at, 20),
        SheetColumn(_("Filled on the village's behalf"), lambda row: _("Yes") if row.on_behalf else "", 12),
    ]


def not_begun() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row["unit"], _("Unit")),
        SheetColumn(_("Year"), lambda row: row["cycle"].year, 8),
        SheetColumn(_("Form"), lambda row: _("Begun, not sent") if row["application"] else _("Not begun")),
        SheetColumn(_("May apply until"), lambda row: deadline(row["closes"]) if row["closes"] else "", 20),
    ]


def register() -> list[SheetColumn]:
    return [
        *public_register(),
        SheetColumn(_("Star decided"), lambda period: period.decision.star, 10),
        SheetColumn(_("Document"), lambda period: period.decision.document, 28),
        SheetColumn(_("Active effects"), lambda period: effects_words(period.effects), 24),
    ]


def public_register() -> list[SheetColumn]:
    """What the public may see."""
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("Star"), lambda period: period.star, 8),
        SheetColumn(_("Since"), lambda period: period.since, 14),
    ]


def register_runs() -> list[SheetColumn]:
    return [
        SheetColumn(_("Day"), lambda run: run.day, 14),
        SheetColumn(pgettext("re-rating run", "Run"), runs_presenter.kind_words, 28),
        SheetColumn(pgettext("re-rating run", "Place"), runs_presenter.place_words, 20),
        SheetColumn(pgettext("re-rating run", "Started by"), runs_presenter.who_words, 16),
        SheetColumn(pgettext("re-rating run", "Looked at"), lambda run: run.units_seen, 10),
        SheetColumn(pgettext("re-rating run", "Changed"), lambda run: run.changed_seen, 10),
        SheetColumn(pgettext("re-rating run", "Findings"), lambda run: run.findings_seen, 10),
        SheetColumn(pgettext("re-rating run", "How long"), runs_presenter.duration_words, 16),
        SheetColumn(_("State"), lambda run: str(runs_presenter.state_of(run).label), 12),
    ]


def register_run_changes(run: RegisterRun) -> list[SheetColumn]:
    def why(change: RegisterRunChange) -> str:
        return runs_presenter.why_words(run, change)

    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(pgettext("star", "Before"), lambda change: change.before, 8),
        SheetColumn(pgettext("star", "After"), lambda change: change.after, 8),
        SheetColumn(pgettext("re-rating run", "From"), lambda change: change.since, 14),
        SheetColumn(_("Looked at because of"), why, 40),
    ]


def events(names: EventNames) -> list[SheetColumn]:
    def state(event: Event) -> str:
        if event.held:
            return _("Held")
        if hasattr(event, "reversal"):
            return _("No longer counts: appeal upheld")
        return _("Rectified") if event.closed else _("Not rectified")

    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("Event"), lambda event: names.of(event.unit, event.kind), 28),
        SheetColumn(_("Day"), lambda event: event.on, 14),
        SheetColumn(_("State"), state),
        SheetColumn(_("Closed as rectified on"), lambda event: event.closed, 14),
        SheetColumn(_("What was done"), lambda event: event.rectification, 40),
        SheetColumn(_("Source"), lambda event: event.source, 24),
        SheetColumn(_("Note"), lambda event: event.note, 40),
    ]
