"""A sheet of a write-only workbook: title, mark, frozen heading, rows of plain values with a number format per
column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

POINTS, MONEY, FACTOR = "0.00", "#,##0.00", "0.0000"
PLAIN = ""
"""Text, whole numbers and days, which openpyxl writes as they should stand (days as 2026-01-20)."""
DEMO = "演示数据，与实际无关"
"""What every document of the demonstration carries, whatever its language (architecture §4)."""

_TITLE = {"font": Font(bold=True, size=14)}
_HEAD = {
    "font": Font(bold=True, color="FFFFFF"),
    "fill": PatternFill("solid", fgColor="8E1B1F"),
    "alignment": Alignment(wrap_text=True, vertical="center"),
}


@dataclass(frozen=True)
class ReportColumn:
    """``width`` in characters; ``form``: the number format of its cells."""

    heading: str
    width: int
    form: str = PLAIN


class ReportTable:
    """Writes ``title`` and headings to a fresh ``sheet``, then row by row what is appended."""

    def __init__(self, sheet: WriteOnlyWorksheet, title: str, columns: Sequence[ReportColumn]) -> None:
        self.sheet = sheet
        titles = [title, *([DEMO] if settings.DEMO else [])]
        self._lay_out(len(titles) + 1, columns)
        for line in titles:
            sheet.append([self._styled(line, **_TITLE)])
        sheet.append([self._styled(column.heading, **_HEAD) for column in columns])
        self.cells = [self._styled(None, number_format=column.form) if column.form else None for column in columns]

    def append(self, values: Sequence[object]) -> None:
        self.sheet.append(self._filled(values))

    def _filled(self, values: Sequence[object]) -> Iterator[object]:
        """Plain values as they are; where a format is needed, the column's one cell, which is written before it takes
        its next value: no allocation per row."""
        for cell, value in zip(self.cells, values, strict=True):
            if isinstance(value, str):
                yield value if value.isprintable() and not value.startswith("=") else self._text(value)
            elif cell is None or value is None:
                yield value
            else:
                cell.value = value
                yield cell

    def _text(self, value: str) -> Cell:
        """Text stays text, also where it looks like a formula; what XML cannot represent is dropped."""
        cell = WriteOnlyCell(self.sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        return cell

    def _lay_out(self, head: int, columns: Sequence[ReportColumn]) -> None:
        self.sheet.freeze_panes = f"A{head + 1}"
        self.sheet.print_title_rows = f"{head}:{head}"
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        for place, column in enumerate(columns, start=1):
            self.sheet.column_dimensions[get_column_letter(place)].width = column.width

    def _styled(self, value: str | None, **style: object) -> Cell:
        cell = self._text(value or "")
        for name, of in style.items():
            setattr(cell, name, of)
        return cell
