"""What the list of reports exports to Excel."""

from django.utils.translation import gettext as _

from records.workbooks import SheetColumn


def reports() -> list[SheetColumn]:
    return [
        SheetColumn(_("Unit"), lambda report: report.unit.name, 24),
        SheetColumn(_("Year"), lambda report: report.year, 8),
        SheetColumn(_("Asked for at"), lambda report: report.asked_at, 20),
        SheetColumn(_("State"), lambda report: report.shown_state.label),
        SheetColumn(_("Ended"), lambda report: report.ended_at, 20),
    ]
