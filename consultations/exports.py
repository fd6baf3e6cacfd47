"""What the lists of a consultation export to Excel."""

from django.utils.translation import gettext as _

from consultations.models import Comment, DraftProposal
from records.workbooks import SheetColumn


def comments(*, with_units: bool) -> list[SheetColumn]:
    """The list that a county files: what was said, and what became of it. ``with_units``: for the offices that may know
    which unit said it."""
    units = [SheetColumn(_("Unit"), lambda row: row.unit.name if row.unit else "", 18)] if with_units else []
    return [
        SheetColumn(_("About"), lambda row: row.about, 30),
        *units,
        SheetColumn(_("From whom"), lambda row: row.source, 18),
        SheetColumn(_("Comment"), lambda row: row.text, 50),
        SheetColumn(_("When"), lambda row: row.at, 20),
        SheetColumn(_("Outcome"), Comment.get_outcome_display, 14),
        SheetColumn(_("Answer"), lambda row: row.answer, 50),
    ]


def proposals() -> list[SheetColumn]:
    return [
        SheetColumn(_("About"), lambda row: row.about, 30),
        SheetColumn(_("Unit"), lambda row: row.unit.name, 18),
        SheetColumn(_("How it should read"), lambda row: row.text, 50),
        SheetColumn(_("Reason"), lambda row: row.why, 40),
        SheetColumn(_("Outcome"), DraftProposal.get_outcome_display, 14),
        SheetColumn(_("Answer"), lambda row: row.answer, 50),
    ]
