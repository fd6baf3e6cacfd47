"""What “who has not yet” and the day of an office's people export to Excel, as the pages show it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from records.workbooks import SheetColumn
from reminders.matrix import Cell, Matrix, Row
from reminders.people import DueLine, PersonDay
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


def people_lines(days: list[PersonDay]) -> list[tuple[PersonDay, DueLine | None]]:
    """One row for each thing that waits, and one for each person for whom nothing does."""
    return [(day, line) for day in days for line in (day.lines or [None])]


def people() -> list[SheetColumn]:
    def of_line(read: Callable[[DueLine], Any]) -> Callable[[tuple[PersonDay, DueLine | None]], Any]:
        return lambda row: read(row[1]) if row[1] else None

    return [
        SheetColumn(_("Person"), lambda row: row[0].name or _("Nobody in this post")),
        SheetColumn(_("Post"), lambda row: "、".join(row[0].posts), 24),
        SheetColumn(_("Unit"), of_line(lambda line: line.unit), 20),
        SheetColumn(_("Step"), of_line(lambda line: str(line.due.step.label)), 20),
        SheetColumn(_("Due"), of_line(lambda line: line.due.due), 20),
        SheetColumn(_("Late"), of_line(lambda line: _("Late") if line.late else ""), 8),
    ]
