"""A list as a workbook, in constant memory; what people typed stays text even when it looks like a formula.

XlsxWriter needs half the time of openpyxl, which matters when ten exports of a whole city run at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from xlsxwriter.format import Format

from records.excel_rows import CellValue, RowSheet
from records.workbooks import FORMULA, SheetColumn, sheet_name

LONGEST_TEXT = 32_767
DAY, MOMENT, TEXT = "yyyy-mm-dd", "yyyy-mm-dd h:mm:ss", "@"


def write_list(
    title: str, columns: Sequence[SheetColumn], rows: Iterable[Any], to: BinaryIO, *, notes: Sequence[str] = ()
) -> None:
    """A workbook of one sheet: ``title``, ``notes`` (the filter, the day), headings, one line per row."""
    with open_workbook(to) as book:
        sheet = ExcelSheet(book, title, [column.width for column in columns])
        head = [title, *notes, *([_("Demonstration data, unrelated to reality")] if settings.DEMO else [])]
        sheet.worksheet.freeze_panes(len(head) + 1, 0)
        for line in head:
            sheet.append([(line, "")], bold=line is title)
        sheet.append([(column.head, "") for column in columns], bold=True)
        for row in rows:
            sheet.append([(column.value(row), column.form) for column in columns])


def open_workbook(to: BinaryIO | str, look: Mapping[str, Any] | None = None) -> xlsxwriter.Workbook:
    """A workbook in constant memory: the rows of a sheet are written in their order. Written to ``to`` when closed.

    ``look``: properties of every cell, such as the font.
    """
    return xlsxwriter.Workbook(to, {"constant_memory": True, "default_format_properties": dict(look or {})})


class ExcelSheet:
    """Write the rows, with times in the local time zone. ``widths``: of the columns, in characters."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, widths: Sequence[float] = ()) -> None:
        self.book, self.rows = book, 0
        self.worksheet: RowSheet = book.add_worksheet(sheet_name(name), RowSheet)
        self.looks: defaultdict[tuple[Any, ...], dict[tuple[str, bool], Format | None]] = defaultdict(dict)
        self.set_widths(widths)

    def set_widths(self, widths: Sequence[float]) -> None:
        for at, width in enumerate(widths):
            self.worksheet.set_column(at, at, width)

    def append(
        self,
        cells: Iterable[tuple[Any, str]],
        *,
        bold: bool = False,
        look: Mapping[str, Any] | None = None,
        height: float | None = None,
    ) -> None:
        """Each cell with its number format (``TEXT``: a text stays one when it is typed over), or none.

        ``look``: further properties of XlsxWriter's formats for the whole row; ``height`` in points.
        """
        look = {**(look or {}), **({"bold": True} if bold else {})}
        formats = self.looks[tuple(look.items())]
        row: list[tuple[int, CellValue, Format | None]] = []
        for at, (value, form) in enumerate(cells):
            if value is None or value == "":
                continue
            written, form = _written(value, form)
            quoted = isinstance(written, str) and written.startswith(FORMULA)
            if (form, quoted) not in formats:
                formats[form, quoted] = self._format(form, look, quoted)
            row.append((at, written, formats[form, quoted]))
        self.worksheet.append_row(self.rows, row, height)
        self.rows += 1

    def _format(self, form: str, look: Mapping[str, Any], quoted: bool) -> Format | None:
        """None for plain cells."""
        if not (form or look or quoted):
            return None
        number_format = {"num_format": form} if form else {}
        return self.book.add_format({**number_format, **look, "quote_prefix": quoted})


def _written(value: Any, form: str) -> tuple[CellValue, str]:
    """What the cell holds, and its number format."""
    if isinstance(value, bool | int | float | Decimal):
        return value, form
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value, form or MOMENT
    if isinstance(value, date):
        return value, form or DAY
    return _shortened(ILLEGAL_CHARACTERS_RE.sub("", str(value))), form if form == TEXT else ""


def _shortened(text: str) -> str:
    """Excel counts the units of UTF-16: two for a rare character."""
    if len(text) <= LONGEST_TEXT // 2:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
