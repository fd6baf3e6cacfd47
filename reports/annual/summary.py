"""The pages of words: the cover, the summary with its charts, and the proof at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter.chart import Chart

from accounts.templatetags.face import star_name
from records.chain_head import Head
from records.excel_writer import ExcelSheet
from reports.annual.lists import titled
from reports.annual.sentences import sentences
from reports.annual.sheets import DEMO, ReportPage
from reports.annual.tally import Counts, Tallies
from villages.models import Unit

WIDTHS = (34, 18, 18, 18)
"""The widths of a page's columns: together about as wide as A4 upright."""
COLOURS = ("#8E1B1F", "#C8553D", "#D9A441", "#7A9E7E", "#5B7DB1", "#9AA0A6", "#6B5B95", "#3D6B6B", "#444444")
"""From the highest star down; distinguishable without colour by the order of the legend."""
MOST_BARS = 30
WIDTH, HEIGHT = 660, 300


def write_cover(sheet: ExcelSheet, unit: Unit, year: int, contents: Sequence[str]) -> None:
    page = ReportPage(sheet, titled(_("Annual report"), unit, year), WIDTHS)
    page.gap(120)
    page.line(unit.name, size=22, align="center")
    heading = _("Star rating of villages in %(year)s: annual report") % {"year": year}
    page.line(heading, size=26, align="center", font_name="黑体")
    page.gap(60)
    page.line(_("Made on %s") % date_format(timezone.localdate()), size=14, align="center")
    if settings.DEMO:
        page.line(DEMO, size=14, align="center")
    page.gap(120)
    page.line(_("Contents"), size=14, font_name="黑体", bottom=1)
    for number, name in enumerate(contents, start=1):
        page.line(f"{number}　{name}", size=13)


@dataclass(frozen=True)
class StarTable:
    """Where a table of stars by place stands, for its chart: from the row ``first`` on, ``count`` places."""

    name: str
    first: int
    count: int
    name_column: int
    star_column: int


class SummarySheet:
    """One page: findings in words, the stars of two years as figures and as a chart, and a chart by place."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: ExcelSheet, unit: Unit, year: int) -> None:
        self.book, self.sheet, self.unit, self.year = book, sheet, unit, year

    def write(self, tallies: Tallies, counts: Counts, places: StarTable) -> None:
        page = ReportPage(self.sheet, titled(_("Summary"), self.unit, self.year), WIDTHS)
        page.line(titled(_("Summary"), self.unit, self.year), size=16, font_name="黑体", align="center")
        if settings.DEMO:
            page.line(DEMO, size=10, align="center")
        for sentence in sentences(self.year, tallies.whole, counts):
            page.line(sentence)
        page.gap(8)
        first = self._figures(tallies)
        page.gap(8)
        self._chart(self._two_years(first, len(tallies.stars)))
        self._chart(self._by_place(places, tallies))

    def _figures(self, tallies: Tallies) -> int:
        """The villages by star in both years; returns the row of the first star."""
        whole, head = tallies.whole, {"bold": True, "bg_color": "#EFE6E0", "align": "center", "border": 1}
        row = {"border": 1}
        years = [_("%s (villages)") % self.year, _("%s (villages)") % (self.year - 1), _("Change (villages)")]
        self.sheet.append([(text, "") for text in (_("Decided star"), *years)], look=head)
        first = self.sheet.rows
        for star in tallies.stars:
            now, then = whole.decided[star], whole.before[star]
            self.sheet.append([(star_name(star), ""), (now, ""), (then, ""), (now - then, "+0;-0;0")], look=row)
        undecided = (whole.decided[None], whole.before[None])
        change = (undecided[0] - undecided[1], "+0;-0;0")
        self.sheet.append([(_("No decision"), ""), (undecided[0], ""), (undecided[1], ""), change], look=row)
        return first

    def _two_years(self, first: int, stars: int) -> Chart:
        chart, name, last = self.book.add_chart({"type": "column"}), self.sheet.worksheet.name, first + stars - 1
        for column, colour in ((2, "#B9B2AC"), (1, COLOURS[0])):
            chart.add_series(
                {
                    "name": [name, first - 1, column],
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, column, last, column],
                    "fill": {"color": colour},
                    "data_labels": {"value": True},
                    "gap": 60,
                }
            )
        chart.set_title(_chart_title(_("Villages by star, this year and last")))
        chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}, "num_format": "0"})
        return chart

    def _by_place(self, places: StarTable, tallies: Tallies) -> Chart:
        chart = self.book.add_chart({"type": "column", "subtype": "percent_stacked"})
        last = places.first + min(places.count, MOST_BARS) - 1
        for at, star in enumerate(tallies.stars):
            column = places.star_column + at
            chart.add_series(
                {
                    "name": star_name(star),
                    "categories": [places.name, places.first, places.name_column, last, places.name_column],
                    "values": [places.name, places.first, column, last, column],
                    "fill": {"color": COLOURS[at % len(COLOURS)]},
                    "gap": 40,
                }
            )
        title = (
            _("Shares of stars by county (per cent)")
            if tallies.counties
            else _("Shares of stars by township (per cent)")
        )
        chart.set_title(_chart_title(title))
        chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}, "num_format": "0%"})
        return chart

    def _chart(self, chart: Chart) -> None:
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": WIDTH, "height": HEIGHT})
        self.sheet.worksheet.insert_chart(self.sheet.rows, 0, chart, {"object_position": 1})
        self.sheet.rows += HEIGHT // 20 + 1


def _chart_title(text: str) -> dict[str, object]:
    return {"name": text, "name_font": {"size": 12}, "overlay": False}


def write_proof(sheet: ExcelSheet, unit: Unit, year: int) -> None:
    """The head in words, so that it can be compared later."""
    page = ReportPage(sheet, titled(pgettext("sheet", "Proof"), unit, year), WIDTHS)
    page.line(titled(pgettext("sheet", "Proof"), unit, year), size=16, font_name="黑体")
    if settings.DEMO:
        page.line(DEMO, size=10)
    if not (head := Head.newest()):
        page.line(_("Nothing has been sealed yet."))
        return
    page.line(
        _(
            "The chain of the ledger ended with the link below when the report was made. The auditor can compare it "
            "with the system at any time: rewriting anything older would change it."
        )
    )
    page.line(_("Number of the link: %s") % head.number, size=10)
    page.line(_("Its hash: %s") % head.hash, size=10)
    page.line(_("Sealed at: %s") % f"{datetime.fromisoformat(head.at):%Y-%m-%d %H:%M:%S}", size=10)
