"""The annual report: one pass over the register fills its sheet and the totals of the others; memory stays constant."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from os import PathLike, fspath

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.templatetags.face import star_name
from ratings.events.effects import effects_words
from records.excel_writer import ExcelSheet, open_workbook
from reports.annual import work_report
from reports.annual.figures import AnnualRow, area_names, highest_star, register
from reports.annual.lists import ReportLists, titled
from reports.annual.sheets import FONT, POINTS, ReportColumn, ReportTable
from reports.annual.summary import StarTable, SummarySheet, write_cover, write_proof
from reports.annual.tally import Counts, Tallies, Tally
from villages.models import Level, Unit, township_of

PROGRESS_EVERY = 500
REGISTER_SHARE = 80
"""Per cent of the work, roughly."""
SEES_EVENTS, SEES_MONEY = "ratings.view_event", "incentives.view_incentive"


def write(
    unit: Unit,
    year: int,
    path: str | PathLike,
    progress: Callable[[int], None] = lambda done: None,
    *,
    reader: User | None = None,
    words: str | PathLike | None = None,
) -> None:
    """Write the report of ``unit`` (any level) for ``year`` to ``path``, and with the same figures the written report
    to ``words``; ``progress`` is called with percentages.

    It holds the lists that ``reader`` may see; without one (the command), all.
    """
    with open_workbook(fspath(path), FONT) as book, transaction.atomic():
        cover, summary = ExcelSheet(book, _("Cover")), ExcelSheet(book, _("Summary"))
        tallies = Tallies(unit, _("Total"), highest_star(unit, year))
        counties = ExcelSheet(book, _("Stars by county")) if tallies.above_counties else None
        townships = StarSheet(ExcelSheet(book, _("Stars by township")), unit, year, tallies)
        _register(book, unit, year, tallies, townships, progress)
        charted = townships.finish()
        if counties:
            charted = _by_county(counties, unit, year, tallies)
        counts = _lists(ReportLists(book, unit, year), unit, reader, progress)
        SummarySheet(book, summary, unit, year).write(tallies, counts, charted)
        proof = ExcelSheet(book, pgettext("sheet", "Proof"))
        write_proof(proof, unit, year)
        write_cover(cover, unit, year, [sheet.name for sheet in book.worksheets()[1:]])
        if words is not None:
            work_report.write(unit, year, words, tallies, counts, area_names(unit, year))
    progress(100)


def _lists(lists: ReportLists, unit: Unit, reader: User | None, progress: Callable[[int], None]) -> Counts:
    counts = Counts()
    lists.decisions()
    lists.other_levels()
    progress(REGISTER_SHARE + 10)
    if reader is None or reader.has_perm(SEES_EVENTS, unit):
        counts.events, counts.objections, counts.appeals = lists.events(), lists.objections(), lists.appeals()
    if reader is None or reader.has_perm(SEES_MONEY, unit):
        counts.rewards, counts.allocations = lists.rewards(), lists.allocations()
    counts.open = lists.still_open(reader)
    lists.finish()
    return counts


def _register(
    book: xlsxwriter.Workbook,
    unit: Unit,
    year: int,
    tallies: Tallies,
    townships: StarSheet,
    progress: Callable[[int], None],
) -> None:
    """The sheet with a row for every rated village, which are counted into ``tallies``; each township that has ended
    goes to the sheet ``townships``."""
    areas = area_names(unit, year)
    note = _("Each line is one rated village; points by area are those of the review that decided.")
    table = ReportTable(
        ExcelSheet(book, _("Star register")),
        titled(_("Star register"), unit, year),
        register_columns(areas, year, tallies.above_counties),
        [note],
    )
    expected = Unit.objects.within(unit).filter(rated=True, level=Level.VILLAGE).count() or 1
    for (_code, *names), rows in groupby(register(unit, year), key=_township):
        township = tallies.begin(*names)
        for row in rows:
            tallies.count(row, township)
            table.append(register_line(row, areas, tallies.above_counties))
            if (done := tallies.whole.rated) % PROGRESS_EVERY == 0:
                progress(min(REGISTER_SHARE, REGISTER_SHARE * done // expected))
        townships.append(township)


def _township(row: AnnualRow) -> tuple[str, str, str]:
    """Its code, the name of its county, and its own."""
    code = township_of(row.code)
    return code, row.county or "", row.township or code


def register_columns(areas: dict[str, str], year: int, with_county: bool) -> list[ReportColumn]:
    by_area = _("Points by area (points)")
    return [
        *([ReportColumn(_("County"), 12)] if with_county else []),
        ReportColumn(_("Township"), 13),
        ReportColumn(_("Division code"), 14),
        ReportColumn(_("Village"), 15),
        ReportColumn(_("Star applied for"), 8),
        *(ReportColumn(name or code, 9, POINTS, by_area) for code, name in areas.items()),
        ReportColumn(_("Total (points)"), 8, POINTS),
        ReportColumn(_("Decided star"), 8),
        ReportColumn(_("Star of %s") % (year - 1), 8),
        ReportColumn(_("Star now"), 8),
        ReportColumn(_("Effects"), 16),
    ]


def register_line(row: AnnualRow, areas: dict[str, str], with_county: bool) -> list[object]:
    return [
        *([row.county] if with_county else []),
        row.township,
        row.code,
        row.name,
        _star(row.applied),
        *(row.areas.get(code) for code in areas),
        row.total,
        _star(row.star),
        _star(row.before),
        _star(row.star_now),
        effects_words(row.effects.split(";")) if row.effects else None,
    ]


def _star(star: int | None) -> str | None:
    return None if star is None else star_name(star)


class StarSheet:
    """The table of stars by county or township, the whole last."""

    def __init__(self, sheet: ExcelSheet, unit: Unit, year: int, tallies: Tallies, *, by_county: bool = False) -> None:
        self.tallies, self.with_county = tallies, tallies.above_counties and not by_county
        name = _("Stars by county") if by_county else _("Stars by township")
        columns = star_columns(_("County") if by_county else _("Township"), tallies.stars, year, self.with_county)
        note = _("Counted: rated villages by the star decided for the year.")
        self.table = ReportTable(sheet, titled(name, unit, year), columns, [note])

    def append(self, place: Tally, *, total: bool = False) -> None:
        line = star_line(place, self.tallies.stars)
        self.table.append([place.county, *line] if self.with_county else line, total=total)

    def finish(self) -> StarTable:
        first = self.table.begin
        places = self.table.sheet.rows - first
        self.append(self.tallies.whole, total=True)
        return StarTable(
            self.table.sheet.worksheet.name, first, places, int(self.with_county), int(self.with_county) + 2
        )


def _by_county(sheet: ExcelSheet, unit: Unit, year: int, tallies: Tallies) -> StarTable:
    table = StarSheet(sheet, unit, year, tallies, by_county=True)
    for county in tallies.counties:
        table.append(county)
    return table.finish()


def star_columns(place: str, stars: list[int], year: int, with_county: bool) -> list[ReportColumn]:
    this, last = (_("%s: villages by decided star") % shown for shown in (year, year - 1))
    both = _("Against last year")
    return [
        *([ReportColumn(_("County"), 12)] if with_county else []),
        ReportColumn(place, 16),
        ReportColumn(_("Rated (villages)"), 9),
        *(ReportColumn(star_name(star), 6, group=this) for star in stars),
        ReportColumn(_("No decision"), 6, group=this),
        ReportColumn(_("Four stars or more (%)"), 9, POINTS, this),
        *(ReportColumn(star_name(star), 6, group=last) for star in stars),
        ReportColumn(_("Four stars or more (%)"), 9, POINTS, last),
        ReportColumn(_("Rose (villages)"), 7, group=both),
        ReportColumn(_("Fell (villages)"), 7, group=both),
        ReportColumn(_("Mean of the totals (points)"), 12, POINTS),
        ReportColumn(_("Fewer stars today than decided (villages)"), 10),
    ]


def star_line(place: Tally, stars: list[int]) -> list[object]:
    return [
        place.name,
        place.rated,
        *(place.decided[star] for star in stars),
        place.decided[None],
        place.good_share,
        *(place.before[star] for star in stars),
        place.good_share_before,
        place.rose,
        place.fell,
        place.mean,
        place.fallen,
    ]
