"""Excel exports and uploaded sheets (architecture §6).

Export: ``records/excel_writer.py``; here is what it shares with workbooks of other layouts.
Upload: rows from ``records.table_lines``, columns found by their headings, every wrong cell reported with its place;
``marked_copy`` returns the sheet with those cells coloured and the expectation in a comment.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from records import cells
from records.refusals import Refused
from records.spreadsheet import UnreadableCell
from records.table_lines import ZIP, NotATable, SpreadsheetLine, lines
from records.zip_packages import MB, Limits, open_package

FORMULA = ("=", "+", "-", "@", "\t", "\r")
WRONG = PatternFill("solid", fgColor="FFC7CE")
MARKED = Limits(size=2 * MB, ratio=1000)
"""A workbook within these limits is returned in its own layout, with marks; of a larger one, only its texts."""
MARKED_CELLS = 50_000


@dataclass(frozen=True)
class SheetColumn:
    """``value`` maps a row to the cell's value; ``form`` is Excel's number format (``#,##0.00``)."""

    head: str
    value: Callable[[Any], Any]
    width: float = 16
    form: str = ""


def sheet_name(title: str) -> str:
    """``title`` as a valid sheet name in Excel: at most 31 characters, none of ``[]:*?/\\``."""
    return "".join("-" if c in "[]:*?/\\'" else c for c in title)[:31] or "1"


@dataclass(frozen=True)
class WrongCell:
    """A wrong cell. ``row`` and ``column`` as Excel shows them (1, ``B``), ``head`` the column heading."""

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
    """The sheet was refused as a whole; ``problems`` are all its wrong cells, in order."""

    def __init__(self, problems: Sequence[WrongCell], message: str = "") -> None:
        super().__init__(message or _("Nothing was imported. Wrong cells: %d") % len(problems))
        self.problems = sorted(problems, key=lambda problem: (problem.row, problem.column))


@dataclass
class SheetRow:
    """One row of an uploaded sheet: the text of each cell by heading; ``wrong`` describes a wrong cell of it.

    ``hidden``: the row is hidden in the sheet.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    places: Mapping[str, str] = field(repr=False)
    hidden: bool = False

    def __getitem__(self, head: str) -> str:
        return self.cells.get(head, "")

    def code(self, head: str) -> str:
        """The unit code in that cell."""
        return cells.code(self[head]).upper()

    def wrong(self, head: str, expected: str) -> WrongCell:
        return WrongCell(self.sheet, self.number, self.places.get(head, ""), head, self[head], expected)


def hidden(rows: Iterable[SheetRow]) -> int:
    """How many rows are hidden in the sheet; they are taken too, so the page says so."""
    return sum(row.hidden for row in rows)


def read_rows(
    raw: bytes,
    heads: Sequence[str],
    *,
    optional: Sequence[str] = (),
    days: Sequence[str] = (),
    exact: bool = False,
) -> list[SheetRow]:
    """The rows below the first row with all ``heads`` (a title may precede it), without empty ones.

    ``days``: headings of date columns; valid dates are normalised to 2025-06-30. ``exact``: any other heading is
    wrong, so that a misspelt ``optional`` one is noticed.
    Raises ``SheetRefused``: not a table, no heading row, a duplicate heading, cells without a usable value.
    """
    try:
        rows = rows_below(lines(raw), heads, optional=optional, days=days, exact=exact)
    except NotATable as refused:
        raise SheetRefused([], str(refused)) from refused
    if broken := broken_cells(rows):
        raise SheetRefused(broken)
    return rows


def rows_below(
    table: Iterable[SpreadsheetLine],
    heads: Sequence[str],
    *,
    optional: Sequence[str] = (),
    days: Sequence[str] = (),
    exact: bool = False,
) -> list[SheetRow]:
    """``read_rows`` of lines that have been read; cells without a usable value are left to the caller."""
    places: dict[str, int] = {}
    letters: dict[str, str] = {}
    rows: list[SheetRow] = []
    for line in table:
        if places:
            taken = _taken(line, places, days)
            if any(taken.values()):
                rows.append(SheetRow(line.sheet, line.number, taken, letters, line.hidden))
        elif places := _places(line, heads, optional):
            if exact:
                _refuse_others(line, [*heads, *optional])
            letters = {head: get_column_letter(at + 1) for head, at in places.items()}
    if not places:
        raise SheetRefused([], _("The sheet has no line with the headings %s.") % _(", ").join(heads))
    return rows


def broken_cells(rows: Iterable[SheetRow]) -> list[WrongCell]:
    """The cells of ``rows`` without a usable value, such as a formula that was never calculated."""
    return [
        row.wrong(head, text.expected)
        for row in rows
        for head, text in row.cells.items()
        if isinstance(text, UnreadableCell)
    ]


def _places(line: SpreadsheetLine, heads: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    """The columns of the headings, if all of ``heads`` are there. Raises ``SheetRefused`` if one occurs twice."""
    there = [cells.head(text) for text in line.cells]
    wanted = {head: cells.head(head) for head in (*heads, *optional)}
    if not all(wanted[head] in there for head in heads):
        return {}
    if twice := [head for head, sought in wanted.items() if there.count(sought) > 1]:
        raise SheetRefused([], _("The heading %s appears in more than one column.") % _(", ").join(twice))
    return {head: there.index(sought) for head, sought in wanted.items() if sought in there}


def _refuse_others(line: SpreadsheetLine, known: Sequence[str]) -> None:
    """Raise ``SheetRefused`` with every heading of ``line`` that is none of ``known``."""
    called = {cells.head(head) for head in known}
    expected = _("one of the headings %s") % _(", ").join(known)
    others = [
        WrongCell(line.sheet, line.number, get_column_letter(at), text, text, expected)
        for at, text in enumerate(line.cells, start=1)
        if text and cells.head(text) not in called
    ]
    if others:
        raise SheetRefused(others)


def _taken(line: SpreadsheetLine, places: Mapping[str, int], days: Sequence[str]) -> dict[str, str]:
    taken = {head: line.cells[at] if at < len(line.cells) else "" for head, at in places.items()}
    for head in days:
        if found := cells.day(taken.get(head, ""), mac_days=line.mac_days):
            taken[head] = found.isoformat()
    return taken


def marked_copy(raw: bytes, problems: Iterable[WrongCell]) -> bytes:
    """The uploaded sheet as a workbook, with every wrong cell coloured and what was expected in a comment.

    Raises ``Refused`` if it is too large to return.
    """
    problems = list(problems)
    book = _copy(raw)
    for name in dict.fromkeys(problem.sheet for problem in problems):
        sheet = next((sheet for sheet in book.worksheets if sheet.title == name), book.worksheets[0])
        _mark(sheet, [problem for problem in problems if problem.sheet == name])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mark(sheet: Worksheet, problems: Iterable[WrongCell]) -> None:
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


def _copy(raw: bytes) -> Workbook:
    """The original workbook if it can be opened as a whole, otherwise one with the texts of its sheet."""
    if raw.startswith(ZIP):
        with suppress(Exception):  # other defects do not matter here: its texts have been read
            open_package(io.BytesIO(raw), MARKED)
            return load_workbook(io.BytesIO(raw))
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
    return book
