"""What the list of reports writes into Excel."""

from django.utils.translation import gettext as _

from records.workbooks import Column


def reports() -> list[Column]:
    return [
        Column(_("Unit"), lambda report: report.unit.name, 24),
        Column(_("Year"), lambda report: report.year, 8),
        Column(_("Asked for at"), lambda report: report.asked_at, 20),
        Column(_("State"), lambda report: report.shown_state.label),
        Column(_("Ended"), lambda report: report.ended_at, 20),
    ]
