"""A sheet of a write-only workbook: title, mark, frozen heading, rows of plain values with a format per column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

POINTS, MONEY, DAY, WHOLE, TEXT = "0.00", "#,##0.00", "yyyy-mm-dd", "0", "General"
DEMO = "演示数据，与实际无关"
"""What every document of the demonstration carries, whatever its language (design §4)."""

_TITLE = {"font": Font(bold=True, size=14)}
_HEAD = {
    "font": Font(bold=True, color="FFFFFF"),
    "fill": PatternFill("solid", fgColor="8E1B1F"),
    "alignment": Alignment(wrap_text=True, vertical="center"),
}


@dataclass(frozen=True)
class Column:
    """``width`` in characters; ``form``: the number format of its cells."""

    heading: str
    width: int
    form: str = TEXT


class Table:
    """Writes ``title`` and headings to a fresh ``sheet``, then row by row what is appended."""

    def __init__(self, sheet: WriteOnlyWorksheet, title: str, columns: Sequence[Column]) -> None:
        self.sheet = sheet
        titles = [title, *([DEMO] if settings.DEMO else [])]
        self._lay_out(len(titles) + 1, columns)
        for line in titles:
            sheet.append([self._styled(line, **_TITLE)])
        sheet.append([self._styled(column.heading, **_HEAD) for column in columns])
        self.cells = [self._styled(None, number_format=column.form) for column in columns]

    def append(self, values: Sequence[object]) -> None:
        self.sheet.append(self._filled(values))

    def _filled(self, values: Sequence[object]) -> Iterator[WriteOnlyCell]:
        """A column's one cell, written before it takes its next value: nothing is made anew for a row."""
        for cell, value in zip(self.cells, values, strict=True):
            _put(cell, value)
            yield cell

    def _lay_out(self, head: int, columns: Sequence[Column]) -> None:
        self.sheet.freeze_panes = f"A{head + 1}"
        self.sheet.print_title_rows = f"{head}:{head}"
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        for place, column in enumerate(columns, start=1):
            self.sheet.column_dimensions[get_column_letter(place)].width = column.width

    def _styled(self, value: object, **style: object) -> WriteOnlyCell:
        cell = WriteOnlyCell(self.sheet)
        _put(cell, value)
        for name, of in style.items():
            setattr(cell, name, of)
        return cell


def _put(cell: WriteOnlyCell, value: object) -> None:
    """Set ``value`` and keep the cell's format. Text stays text, also where it looks like a formula."""
    if isinstance(value, str):
        cell._value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub("", value), "s"
    elif value is None:
        cell._value, cell.data_type = None, "n"
    else:
        form = cell.number_format
        cell.value = value
        cell.number_format = form
