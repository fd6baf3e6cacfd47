"""What the lists of reports and of warnings export to Excel."""

from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from records.deadlines import deadline
from records.workbooks import SheetColumn
from reports.assessments.kept import AssessedPlace
from reports.assessments.spec import AssessmentSpec
from reports.assessments.wording import name_of
from reports.warning_colours import colour_of
from villages.townships import unit_columns


def reports() -> list[SheetColumn]:
    return [
        SheetColumn(_("Unit"), lambda report: report.unit.name, 24),
        SheetColumn(_("Year"), lambda report: report.year, 8),
        SheetColumn(_("Asked for at"), lambda report: report.asked_at, 20),
        SheetColumn(_("State"), lambda report: report.shown_state.label),
        SheetColumn(_("Ended"), lambda report: report.ended_at, 20),
    ]


def warnings() -> list[SheetColumn]:
    now = timezone.now()
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("Colour"), lambda row: str(colour_of(row, now).label), 10),
        SheetColumn(_("Rule"), lambda row: str(row.spec.name), 20),
        SheetColumn(_("Warning"), lambda row: row.text, 50),
        SheetColumn(_("Value and threshold"), lambda row: row.measured, 40),
        SheetColumn(_("Year"), lambda row: row.params.get("year"), 8),
        SheetColumn(_("Responsible"), lambda row: row.office, 28),
        SheetColumn(_("Due"), lambda row: deadline(row.due_at), 22),
        SheetColumn(_("State"), lambda row: str(row.get_state_display()), 12),
        SheetColumn(_("Escalated to"), lambda row: row.escalated_to.name if row.escalated_to else "", 16),
        SheetColumn(_("Closed"), lambda row: row.closed_at, 20),
    ]


def assessments() -> list[SheetColumn]:
    return [
        SheetColumn(_("Title"), lambda one: one.name, 30),
        SheetColumn(_("Unit"), lambda one: one.unit.name, 20),
        SheetColumn(_("Year"), lambda one: one.year, 8),
        SheetColumn(_("Figures as of"), lambda one: one.on, 12),
        SheetColumn(_("State"), lambda one: one.get_state_display(), 16),
        SheetColumn(_("Document number"), lambda one: one.document, 24),
    ]


def assessed(spec: AssessmentSpec) -> list[SheetColumn]:
    """Each unit with the points of its terms, as many columns as the formula has."""
    return [
        SheetColumn(_("Division code"), lambda place: place.unit.code, 16),
        SheetColumn(_("Unit"), lambda place: place.unit.name, 22),
        SheetColumn(_("Villages"), lambda place: place.villages, 10),
        SheetColumn(_("Assessment figure"), lambda place: place.figure, 10, "0.00"),
        *(
            SheetColumn(f"{name_of(term)} ({term.weight.normalize():f})", _points(number), 18, "0.00")
            for number, term in enumerate(spec.terms)
        ),
    ]


def _points(number: int) -> Callable[[AssessedPlace], Decimal]:
    return lambda place: place.terms[number].points


def villages_behind() -> list[SheetColumn]:
    return [
        SheetColumn(_("Division code"), lambda row: row[0].code, 16),
        SheetColumn(_("Village"), lambda row: row[0].name, 22),
        SheetColumn(_("Adds (0 to 1)"), lambda row: row[1], 14, "0.000000"),
    ]
