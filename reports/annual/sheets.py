"""The sheets of the annual report, laid out for A4: tables whose headings repeat on every page, pages of words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from django.conf import settings
from django.utils.translation import gettext as _

from records.excel_writer import TEXT, ExcelSheet

POINTS, MONEY, FACTOR, DAY = "0.00_ ", "#,##0.00_ ", "0.0000_ ", "yyyy-mm-dd_ "
"""With a trailing blank: a number is at the right end of its cell, and the next text begins there."""
PLAIN = ""
"""Text, whole numbers and days (as 2026-01-20)."""
DEMO = "演示数据，与实际无关"
"""What every document of the demonstration carries, whatever its language (architecture §4)."""

A4 = 9
FONT = {"font_name": "宋体", "font_size": 11}
"""The font of every cell: Excel and WPS have it on every Chinese machine."""
_TITLE = {"font_name": "黑体", "font_size": 16, "valign": "vcenter"}
_NOTE = {"font_size": 10, "font_color": "#555555", "valign": "vcenter"}
_HEAD = {
    "bold": True,
    "font_color": "#FFFFFF",
    "bg_color": "#8E1B1F",
    "text_wrap": True,
    "align": "center",
    "valign": "vcenter",
    "border": 1,
    "border_color": "#FFFFFF",
}
_ROW = {"text_wrap": True, "valign": "vcenter"}
_SUM = {**_ROW, "bold": True, "top": 1}
TITLE_HEIGHT, HEAD_HEIGHT, LINE_HEIGHT, HIGHEST = 28, 46, 16, 400


@dataclass(frozen=True)
class ReportColumn:
    """``width`` in characters; ``form``: the number format of its cells; columns of one ``group`` share a heading."""

    heading: str
    width: int
    form: str = PLAIN
    group: str = ""


class ReportTable:
    """Writes ``title``, ``notes`` and headings to a fresh ``sheet``, then row by row what is appended."""

    def __init__(
        self, sheet: ExcelSheet, title: str, columns: Sequence[ReportColumn], notes: Sequence[str] = ()
    ) -> None:
        self.sheet = sheet
        self.forms = [column.form for column in columns]
        self.widths = [column.width for column in columns]
        page = sheet.worksheet
        page.set_row(sheet.rows, TITLE_HEIGHT)
        self._across(title, _TITLE)
        for note in (*([DEMO] if settings.DEMO else []), *notes):
            self._across(note, _NOTE)
        first = sheet.rows
        if any(column.group for column in columns):
            self._groups(columns)
        sheet.append([(column.heading, "") for column in columns], look=_HEAD, height=HEAD_HEIGHT)
        page.freeze_panes(sheet.rows, 0)
        page.repeat_rows(first, sheet.rows - 1)
        page.hide_gridlines(0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        lay_out(sheet, title)
        sheet.set_widths([column.width for column in columns])
        self.begin = sheet.rows

    def finish(self) -> None:
        """A table without a row says so."""
        if self.sheet.rows == self.begin:
            self._across(_("None."), _ROW)

    def _across(self, text: str, look: Mapping[str, object]) -> None:
        """A line over all columns, so that the lines of the grid do not cross it on paper."""
        form = self.sheet.book.add_format({"num_format": TEXT, **look})
        self.sheet.worksheet.merge_range(self.sheet.rows, 0, self.sheet.rows, len(self.forms) - 1, "", form)
        self.sheet.worksheet.write_string(self.sheet.rows, 0, text, form)
        self.sheet.rows += 1

    def append(self, values: Sequence[object], *, total: bool = False) -> None:
        """Rows are as high as their texts need: not every program finds that out when it opens the file."""
        texts = zip(values, self.widths, strict=True)
        lines = max(lines_of(text, width) for text, width in texts)
        height = min(lines * LINE_HEIGHT, HIGHEST) if lines > 1 else None
        self.sheet.append(zip(values, self.forms, strict=True), look=_SUM if total else _ROW, height=height)

    def _groups(self, columns: Sequence[ReportColumn]) -> None:
        """The row above the headings."""
        head = self.sheet.book.add_format(_HEAD)
        at = 0
        for group, members in groupby(column.group for column in columns):
            last = at + len(list(members)) - 1
            if group and last > at:
                self.sheet.worksheet.merge_range(self.sheet.rows, at, self.sheet.rows, last, group, head)
            else:
                for one in range(at, last + 1):
                    self.sheet.worksheet.write_string(self.sheet.rows, one, group, head)
            at = last + 1
        self.sheet.rows += 1


class ReportPage:
    """A page of words on A4 upright, as wide as ``widths`` together; every line may run over its whole width."""

    def __init__(self, sheet: ExcelSheet, title: str, widths: Sequence[int]) -> None:
        self.sheet, self.width = sheet, sum(widths)
        self.last = len(widths) - 1
        sheet.set_widths(widths)
        page = sheet.worksheet
        page.set_portrait()
        page.fit_to_pages(1, 1)
        page.hide_gridlines(2)
        lay_out(sheet, title)

    def line(self, text: str, *, size: int = 12, **look: object) -> None:
        """``text`` over the whole width, in as many lines as it needs."""
        needed = lines_of(text, self.width * 11 / size)
        self.sheet.worksheet.set_row(self.sheet.rows, ceil(needed * size * 1.6 + 4))
        form = self.sheet.book.add_format(
            {"font_size": size, "text_wrap": True, "valign": "vcenter", "num_format": TEXT, **look}
        )
        self.sheet.worksheet.merge_range(self.sheet.rows, 0, self.sheet.rows, self.last, "", form)
        self.sheet.worksheet.write_string(self.sheet.rows, 0, text, form)
        self.sheet.rows += 1

    def gap(self, height: int = LINE_HEIGHT) -> None:
        self.sheet.worksheet.set_row(self.sheet.rows, height)
        self.sheet.rows += 1


def lines_of(value: object, width: float) -> int:
    """How many lines a text takes in ``width`` characters: a Chinese one is twice as wide as a digit."""
    if not isinstance(value, str) or 2 * len(value) <= width and "\n" not in value:
        return 1
    wide = (sum(2 if sign > "\u2e7f" else 1 for sign in line) for line in value.split("\n"))
    return sum(ceil(signs / (width - 1)) or 1 for signs in wide)


def lay_out(sheet: ExcelSheet, title: str) -> None:
    """What every sheet of the report has on paper: A4, margins, its title and the page below."""
    page = sheet.worksheet
    page.set_paper(A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.center_horizontally()
    pages = _("Page %(page)s of %(pages)s") % {"page": "&P", "pages": "&N"}
    page.set_footer(f"&L&9 {title.replace('&', '&&')}&R&9 {pages}")
