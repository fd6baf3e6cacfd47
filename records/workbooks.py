"""Lists as Excel, and sheets that come back (design §6): one way out, one way in.

Out: ``records/listing.py``; here what it shares with workbooks of a layout of their own.
In: CSV (UTF-8, GB18030) or a workbook, columns found by their heads, every wrong cell told with its place;
``marked_copy`` gives the sheet back with those cells coloured and the expectation beside them.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from records.refusals import Refused

FORMULA = ("=", "+", "-", "@", "\t", "\r")
ZIP = b"PK\x03\x04"
WRONG = PatternFill("solid", fgColor="FFC7CE")
MOST_ROWS = 200_000
MOST_COLUMNS = 300
"""What is read of a sheet; a longer one is refused, so that no upload fills the memory."""


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
    """One line of a sheet that came in: the text of each cell by head; ``wrong`` names a cell of it."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    places: Mapping[str, str] = field(repr=False)

    def __getitem__(self, head: str) -> str:
        return self.cells.get(head, "")

    def wrong(self, head: str, expected: str) -> WrongCell:
        return WrongCell(self.sheet, self.number, self.places.get(head, ""), head, self[head], expected)


def read_rows(raw: bytes, heads: Sequence[str], *, optional: Sequence[str] = ()) -> list[Row]:
    """The lines below the first line that holds all ``heads`` (above it a title may stand); empty lines are left out.

    Raises ``SheetRefused``: neither CSV nor a workbook, no such line, more than ``MOST_ROWS``.
    """
    places: dict[str, int] = {}
    letters: dict[str, str] = {}
    rows = []
    for sheet, number, cells in lines(raw):
        if number > MOST_ROWS:
            raise SheetRefused([], _("The sheet has more than %d rows.") % MOST_ROWS)
        if not places:
            if set(heads) <= set(cells):
                places = {head: cells.index(head) for head in (*heads, *optional) if head in cells}
                letters = {head: get_column_letter(at + 1) for head, at in places.items()}
        elif any(cells):
            taken = {head: cells[at] if at < len(cells) else "" for head, at in places.items()}
            if any(taken.values()):
                rows.append(Row(sheet, number, taken, letters))
    if not places:
        raise SheetRefused([], _("The sheet has no line with the heads %s.") % _(", ").join(heads))
    return rows


def marked_copy(raw: bytes, problems: Iterable[WrongCell]) -> bytes:
    """The sheet that came in, as a workbook, with every wrong cell coloured and what was expected in a remark."""
    if raw.startswith(ZIP):
        book = load_workbook(io.BytesIO(raw))
    else:
        book = Workbook()
        book.active.title = "1"
        for _sheet, number, cells in lines(raw):
            for at, text in enumerate(cells, start=1):
                written = book.active.cell(number, at, ILLEGAL_CHARACTERS_RE.sub("", text))
                written.data_type = "s"
                written.quotePrefix = int(text.startswith(FORMULA))
    sheet = book.worksheets[0]
    for problem in problems:
        marked = sheet[f"{problem.column or 'A'}{problem.row}"]
        marked.fill = WRONG
        before = f"{marked.comment.text}\n" if marked.comment else ""
        marked.comment = Comment(before + problem.expected, _("Check"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def decode(raw: bytes) -> str:
    """The text of a CSV file in UTF-8, with or without BOM, or in GB18030. Raises ``SheetRefused``."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused([], _("The file is neither in UTF-8 nor in GB18030."))


def lines(raw: bytes) -> Iterator[tuple[str, int, list[str]]]:
    """Sheet name, row number as a spreadsheet shows it, and the texts of each line. Raises ``SheetRefused``."""
    if raw.startswith(ZIP):
        try:
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1):
                yield sheet.title, number, [text_of(value) for value in row]
        except (InvalidFileException, BadZipFile, KeyError, ValueError, IndexError) as wrong:
            raise SheetRefused([], _("This workbook cannot be opened: %s") % wrong) from None
        return
    try:
        for number, row in enumerate(csv.reader(io.StringIO(decode(raw), newline=""), strict=True), start=1):
            yield "1", number, [text.strip() for text in row]
    except csv.Error as wrong:
        raise SheetRefused([], _("This is not a CSV file: %s") % wrong) from None


def text_of(value: object) -> str:
    """A cell's value as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
