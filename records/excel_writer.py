"""A list as a workbook, in constant memory; what people typed stays text even when it looks like a formula.

XlsxWriter needs half the time of openpyxl, which matters when ten exports of a whole city run at once.
"""

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
from xlsxwriter.worksheet import Worksheet

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
        self.worksheet: Worksheet = book.add_worksheet(sheet_name(name))
        self.formats: dict[tuple[Any, ...], Format] = {}
        self.set_widths(widths)

    def set_widths(self, widths: Sequence[float]) -> None:
        for at, width in enumerate(widths):
            self.worksheet.set_column(at, at, width)

    def append(
        self, cells: Iterable[tuple[Any, str]], *, bold: bool = False, look: Mapping[str, Any] | None = None
    ) -> None:
        """Each cell with its number format (``TEXT``: a text stays one when it is typed over), or none.

        ``look``: further properties of XlsxWriter's formats for the whole row.
        """
        look = {**(look or {}), **({"bold": True} if bold else {})}
        for at, (value, form) in enumerate(cells):
            self._write(at, value, form, look)
        self.rows += 1

    def _write(self, at: int, value: Any, form: str, look: Mapping[str, Any]) -> None:
        sheet, row = self.worksheet, self.rows
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, at, value, self._format(form, look))
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, at, value, self._format(form, look))
        elif isinstance(value, datetime):
            if timezone.is_aware(value):
                value = timezone.localtime(value).replace(tzinfo=None)
            sheet.write_datetime(row, at, value, self._format(form or MOMENT, look))
        elif isinstance(value, date):
            sheet.write_datetime(row, at, value, self._format(form or DAY, look))
        else:
            text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_TEXT]
            form = form if form == TEXT else ""
            sheet.write_string(row, at, text, self._format(form, look, text.startswith(FORMULA)))

    def _format(self, form: str, look: Mapping[str, Any], quoted: bool = False) -> Format | None:
        """One shared format for all cells of the same look; none for plain cells."""
        if not (form or look or quoted):
            return None
        key = (form, quoted, *look.items())
        if key not in self.formats:
            number_format = {"num_format": form} if form else {}
            self.formats[key] = self.book.add_format({**number_format, **look, "quote_prefix": quoted})
        return self.formats[key]
