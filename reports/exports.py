"""What the lists of reports and of warnings export to Excel."""

from django.utils import timezone
from django.utils.translation import gettext as _

from records.deadlines import deadline
from records.workbooks import SheetColumn
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
