"""A sheet of the annual report: title, mark, frozen heading, rows of plain values with a number format per column."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from records.excel_writer import ExcelSheet

POINTS, MONEY, FACTOR = "0.00", "#,##0.00", "0.0000"
PLAIN = ""
"""Text, whole numbers and days (as 2026-01-20)."""
DEMO = "演示数据，与实际无关"
"""What every document of the demonstration carries, whatever its language (architecture §4)."""

_TITLE = {"bold": True, "font_size": 14}
_HEAD = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#8E1B1F", "text_wrap": True, "valign": "vcenter"}


@dataclass(frozen=True)
class ReportColumn:
    """``width`` in characters; ``form``: the number format of its cells."""

    heading: str
    width: int
    form: str = PLAIN


class ReportTable:
    """Writes ``title`` and headings to a fresh ``sheet``, then row by row what is appended."""

    def __init__(self, sheet: ExcelSheet, title: str, columns: Sequence[ReportColumn]) -> None:
        self.sheet = sheet
        self.forms = [column.form for column in columns]
        titles = [title, *([DEMO] if settings.DEMO else [])]
        self._lay_out(len(titles) + 1, columns)
        for line in titles:
            sheet.append([(line, "")], look=_TITLE)
        sheet.append([(column.heading, "") for column in columns], look=_HEAD)

    def append(self, values: Sequence[object]) -> None:
        self.sheet.append(zip(values, self.forms, strict=True))

    def _lay_out(self, head: int, columns: Sequence[ReportColumn]) -> None:
        page = self.sheet.worksheet
        page.freeze_panes(head, 0)
        page.repeat_rows(head - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        self.sheet.set_widths([column.width for column in columns])
