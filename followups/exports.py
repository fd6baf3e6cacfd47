"""What the list of follow-ups exports to Excel: the same as its page shows."""

from django.utils.translation import gettext as _

from followups.models import FollowUp
from records.deadlines import deadline
from records.workbooks import SheetColumn
from villages.townships import unit_columns


def followups() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("Kind"), lambda row: str(row.spec.name), 16),
        SheetColumn(_("What is to be done"), lambda row: row.text, 50),
        SheetColumn(_("Responsible"), lambda row: row.office, 28),
        SheetColumn(_("Person"), lambda row: row.person.name if row.person else "", 12),
        SheetColumn(_("Due"), lambda row: deadline(row.due_at), 22),
        SheetColumn(_("State"), FollowUp.get_state_display, 12),
        SheetColumn(_("Escalated to"), lambda row: row.escalated_to.name if row.escalated_to else "", 16),
        SheetColumn(_("What was done"), lambda row: row.report, 40),
        SheetColumn(_("Checked by"), lambda row: row.checking_office, 28),
        SheetColumn(_("Closed"), lambda row: row.closed_at, 20),
    ]
