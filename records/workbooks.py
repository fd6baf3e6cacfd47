"""Lists as Excel, and sheets that come back (architecture §6): one way out, one way in.

Out: ``records/listing.py``; here what it shares with workbooks of a layout of their own.
In: what ``records.lines`` reads, columns found by their heads, every wrong cell told with its place;
``marked_copy`` gives the sheet back with those cells coloured and the expectation beside them.
"""

import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from records import cells
from records.lines import ZIP, Line, NotATable, lines
from records.packages import MB, Limits, open_package
from records.refusals import Refused
from records.spreadsheet import Unreadable

FORMULA = ("=", "+", "-", "@", "\t", "\r")
WRONG = PatternFill("solid", fgColor="FFC7CE")
MARKED = Limits(size=2 * MB, ratio=1000)
"""A workbook that unpacks to no more goes back as it came, with marks; of a larger one its texts go back."""
MARKED_CELLS = 50_000


@dataclass(frozen=True)
class Column:
    """``value`` takes a row and gives what stands in the cell; ``form`` is Excel's number format (``#,##0.00``)."""

    head: str
    value: Callable[[Any], Any]
    width: float = 16
    form: str = ""


def sheet_name(title: str) -> str:
    """``title`` as Excel allows a sheet to be called: at most 31 characters, none of ``[]:*?/\\``."""
    return "".join("-" if c in "[]:*?/\\'" else c for c in title)[:31] or "1"


def cell(sheet: WriteOnlyWorksheet, value: Any, *, form: str = "", bold: bool = False) -> Any:
    """A cell of a write-only sheet; times in the local zone, text never a formula."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value).replace(tzinfo=None)
    if value is not None and not isinstance(value, str | int | float | Decimal | date):
        value = str(value)
    if not isinstance(value, str) and not form and not bold:
        return value
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_767]
    written = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        written.data_type = "s"
        written.quotePrefix = int(value.startswith(FORMULA))
    elif form:
        written.number_format = form
    if bold:
        written.font = Font(bold=True)
    return written


@dataclass(frozen=True)
class WrongCell:
    """A cell that cannot be used. ``row`` and ``column`` as Excel shows them (1, ``B``), ``head`` the column's name."""

    sheet: str
    row: int
    column: str
    head: str
    value: str
    expected: str

    def __str__(self) -> str:
        return _("%(sheet)s, row %(row)s, column %(column)s (%(head)s): “%(value)s”; expected: %(expected)s") % vars(
            self
        )


class SheetRefused(Refused):
    """Nothing of the sheet was taken; ``problems`` are all its wrong cells, in order."""

    def __init__(self, problems: Sequence[WrongCell], message: str = "") -> None:
        super().__init__(message or _("Nothing was taken. Wrong cells: %d") % len(problems))
        self.problems = sorted(problems, key=lambda problem: (problem.row, problem.column))


@dataclass
class Row:
    """One line of a sheet that came in: the text of each cell by head; ``wrong`` names a cell of it.

    ``hidden``: the reader of the sheet does not see this line.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    places: Mapping[str, str] = field(repr=False)
    hidden: bool = False

    def __getitem__(self, head: str) -> str:
        return self.cells.get(head, "")

    def code(self, head: str) -> str:
        """The code of a unit that stands there."""
        return cells.code(self[head]).upper()

    def wrong(self, head: str, expected: str) -> WrongCell:
        return WrongCell(self.sheet, self.number, self.places.get(head, ""), head, self[head], expected)


def hidden(rows: Iterable[Row]) -> int:
    """How many of the lines are hidden in the sheet: they count all the same, so that is said."""
    return sum(row.hidden for row in rows)


def read_rows(raw: bytes, heads: Sequence[str], *, optional: Sequence[str] = (), days: Sequence[str] = ()) -> list[Row]:
    """The lines below the first line that holds all ``heads`` (above it a title may stand); empty lines are left out.

    ``days``: heads under which days stand; they come as 2025-06-30 where they are any.
    Raises ``SheetRefused``: no table, no such line, a head twice, cells that hold no value.
    """
    places: dict[str, int] = {}
    letters: dict[str, str] = {}
    rows: list[Row] = []
    try:
        for line in lines(raw):
            if places:
                taken = _taken(line, places, days)
                if any(taken.values()):
                    rows.append(Row(line.sheet, line.number, taken, letters, line.hidden))
            elif places := _places(line, heads, optional):
                letters = {head: get_column_letter(at + 1) for head, at in places.items()}
    except NotATable as refused:
        raise SheetRefused([], str(refused)) from refused
    if not places:
        raise SheetRefused([], _("The sheet has no line with the heads %s.") % _(", ").join(heads))
    broken = [row.wrong(head, text.expected) for row in rows for head, text in row.cells.items() if _broken(text)]
    if broken:
        raise SheetRefused(broken)
    return rows


def _broken(text: str) -> bool:
    return isinstance(text, Unreadable)


def _places(line: Line, heads: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    """Where the heads stand, if all of ``heads`` do. Raises ``SheetRefused`` if one stands twice."""
    there = [cells.head(text) for text in line.cells]
    wanted = {head: cells.head(head) for head in (*heads, *optional)}
    if not all(wanted[head] in there for head in heads):
        return {}
    if twice := [head for head, sought in wanted.items() if there.count(sought) > 1]:
        raise SheetRefused([], _("The head %s stands in more than one column.") % _(", ").join(twice))
    return {head: there.index(sought) for head, sought in wanted.items() if sought in there}


def _taken(line: Line, places: Mapping[str, int], days: Sequence[str]) -> dict[str, str]:
    taken = {head: line.cells[at] if at < len(line.cells) else "" for head, at in places.items()}
    for head in days:
        if found := cells.day(taken.get(head, ""), mac_days=line.mac_days):
            taken[head] = found.isoformat()
    return taken


def marked_copy(raw: bytes, problems: Iterable[WrongCell]) -> bytes:
    """The sheet that came in, as a workbook, with every wrong cell coloured and what was expected in a remark.

    Raises ``Refused`` for one that is too large to go back.
    """
    problems = list(problems)
    book, sheet = _copy(raw, {problem.sheet for problem in problems})
    covered = {
        place: (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        if area.size["rows"] * area.size["columns"] < 10_000
        for place in area.cells
    }
    for problem in problems:
        row, column = problem.row, column_index_from_string(problem.column or "A")
        marked = sheet.cell(*covered.get((row, column), (row, column)))
        marked.fill = WRONG
        before = f"{marked.comment.text}\n" if marked.comment else ""
        marked.comment = Comment(before + problem.expected, _("the system"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _copy(raw: bytes, sheets: Collection[str]) -> tuple[Workbook, Worksheet]:
    """The workbook as it came, where it can be opened as a whole; otherwise one with the texts of its sheet."""
    if raw.startswith(ZIP):
        with suppress(Exception):  # what is odd in it does not matter: its texts have been read
            open_package(io.BytesIO(raw), MARKED)
            book = load_workbook(io.BytesIO(raw))
            return book, next((sheet for sheet in book.worksheets if sheet.title in sheets), book.worksheets[0])
    book = Workbook()
    book.active.title = "1"
    written_cells = 0
    for line in lines(raw):
        written_cells += len(line.cells)
        if written_cells > MARKED_CELLS:
            raise Refused(_("The sheet is too large for a marked copy."))
        for at, text in enumerate(line.cells, start=1):
            if text:
                written = book.active.cell(line.number, at, ILLEGAL_CHARACTERS_RE.sub("", text)[:32_767])
                written.data_type = "s"
                written.quotePrefix = int(text.startswith(FORMULA))
    return book, book.active
