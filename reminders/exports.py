"""What “who has not yet” exports to Excel: its matrix, as the page shows it."""

from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from records.workbooks import SheetColumn
from reminders.matrix import Cell, Matrix, Row
from villages.townships import unit_columns


def matrix(shown: Matrix) -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row.unit),
        *(SheetColumn(str(step.label), partial(_said, number), 24) for number, step in enumerate(shown.steps)),
    ]


def _said(number: int, row: Row) -> str:
    return _words(row.cells[number])


def _words(cell: Cell) -> str:
    """How much waits and how much of it is late, until when, whose turn it is; or when it was done."""
    if not cell.first:
        return _("Done on %s") % date_format(cell.done, "DATE_FORMAT") if cell.done else ""
    n = len(cell.dues)
    said = [ngettext("%(n)s waits", "%(n)s wait", n) % {"n": n}, cell.left, cell.people]
    return _(", ").join(filter(None, said))
