"""The annual report: one pass over the register fills its sheet and the totals of the others; memory stays constant."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from os import PathLike, fspath

import xlsxwriter
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.events.effects import effects_words
from ratings.models import Decision
from ratings.scoring.methods import written
from records.chain_head import Head
from records.excel_writer import ExcelSheet, open_workbook
from reports.annual.figures import RegisterRow, area_names, register, rewards
from reports.annual.sheets import FACTOR, MONEY, POINTS, ReportColumn, ReportTable
from villages.models import Unit

CUSTOMARY = 5
"""Stars that are always shown; a scheme with more adds its own."""
PROGRESS_EVERY = 500


@dataclass
class Tally:
    """The totals of one unit. ``decided`` counts None for no decision in the year."""

    county: str
    name: str
    rated: int = 0
    decided: Counter = field(default_factory=Counter)
    now: Counter = field(default_factory=Counter)
    fallen: int = 0
    points: Decimal = Decimal(0)
    scored: int = 0

    def count(self, row: RegisterRow) -> None:
        self.rated += 1
        self.decided[row.star] += 1
        self.now[row.star_now or 0] += 1
        self.fallen += None not in (row.star, row.star_now) and row.star_now < row.star
        if row.total is not None:
            self.points += row.total
            self.scored += 1

    @property
    def mean(self) -> Decimal | None:
        return Decimal(written(self.points / self.scored)) if self.scored else None


@dataclass
class Granted:
    """The rewards of one policy (or all): yuan."""

    policy: str
    units: int = 0
    amount: Decimal = Decimal(0)
    disbursed: Decimal = Decimal(0)


def write(unit: Unit, year: int, path: str | PathLike, progress: Callable[[int], None] = lambda done: None) -> None:
    """Write the report of ``unit`` (any level) for ``year`` to ``path``; ``progress`` is called with percentages."""
    with open_workbook(fspath(path)) as book:
        overview = ExcelSheet(book, _("Overview"))
        stars = ExcelSheet(book, _("Stars by township"))
        with transaction.atomic():
            whole, places = _register(book, unit, year, progress)
            granted = _rewards(book, unit, year)
        _stars(ReportTable(stars, _title(_("Stars by township"), unit, year), star_columns(whole)), whole, places)
        _overview(ReportTable(overview, _title(_("Annual report"), unit, year), overview_columns()), whole, granted)
    progress(100)


def _title(what: str, unit: Unit, year: int) -> str:
    return _("%(unit)s %(year)s: %(what)s") % {"unit": unit.name, "year": year, "what": what}


def _register(
    book: xlsxwriter.Workbook, unit: Unit, year: int, progress: Callable[[int], None]
) -> tuple[Tally, list[Tally]]:
    """The sheet with a row for every rated unit; returns the totals of the whole and of each township, by code."""
    areas = area_names(unit, year)
    table = ReportTable(
        ExcelSheet(book, _("Star register")), _title(_("Star register"), unit, year), register_columns(areas)
    )
    whole, places = Tally("", _("Total")), {}
    origins = {value: str(label) for value, label in Decision.Origin.choices}
    expected = Unit.objects.within(unit).filter(rated=True).count() or 1
    for done, row in enumerate(register(unit, year), start=1):
        place = places.setdefault(row.township_code, Tally(row.county or "", row.township or row.name))
        place.count(row)
        whole.count(row)
        table.append(register_line(row, areas, origins))
        if done % PROGRESS_EVERY == 0:
            progress(min(95, 95 * done // expected))
    return whole, [places[code] for code in sorted(places, key=str)]


def register_columns(areas: dict[str, str]) -> list[ReportColumn]:
    return [
        ReportColumn(_("County"), 12),
        ReportColumn(_("Township"), 14),
        ReportColumn(_("Division code"), 15),
        ReportColumn(_("Village"), 18),
        ReportColumn(_("Star applied for"), 9),
        *(ReportColumn(name or code, 11, POINTS) for code, name in areas.items()),
        ReportColumn(_("Total"), 9, POINTS),
        ReportColumn(_("Decided star"), 9),
        ReportColumn(_("Decided by"), 12),
        ReportColumn(_("In force from"), 12),
        ReportColumn(_("Document"), 20),
        ReportColumn(_("Star now"), 9),
        ReportColumn(_("Since"), 12),
        ReportColumn(_("Effects"), 22),
    ]


def register_line(row: RegisterRow, areas: dict[str, str], origins: dict[str, str]) -> list[object]:
    return [
        row.county,
        row.township,
        row.code,
        row.name,
        row.applied,
        *(row.areas.get(code) for code in areas),
        row.total,
        row.star,
        origins.get(row.origin),
        row.on,
        row.document,
        row.star_now,
        row.since,
        effects_words(row.effects.split(";")) if row.effects else None,
    ]


def _rewards(book: xlsxwriter.Workbook, unit: Unit, year: int) -> list[Granted]:
    """The sheet with every reward of the year's policies; returns the total of each policy, and of all."""
    table = ReportTable(ExcelSheet(book, _("Rewards")), _title(_("Rewards"), unit, year), reward_columns())
    found: dict[str, Granted] = {}
    whole = Granted(_("Total"))
    for row in rewards(unit, year):
        for granted in (found.setdefault(row.policy, Granted(row.policy)), whole):
            granted.units += 1
            granted.amount += row.amount
            granted.disbursed += row.disbursed
        table.append(row)
    return [*found.values(), whole]


def reward_columns() -> list[ReportColumn]:
    return [
        ReportColumn(_("Policy"), 30),
        ReportColumn(_("Division code"), 15),
        ReportColumn(_("Village"), 18),
        ReportColumn(_("Star"), 8),
        ReportColumn(_("Figure of the band"), 12),
        ReportColumn(_("Coefficient"), 10, FACTOR),
        ReportColumn(_("Reward (yuan)"), 14, MONEY),
        ReportColumn(_("Committed (yuan)"), 14, MONEY),
        ReportColumn(_("Disbursed (yuan)"), 14, MONEY),
    ]


def _stars(table: ReportTable, whole: Tally, places: list[Tally]) -> None:
    for place in [*places, whole]:
        table.append(
            [
                place.county,
                place.name,
                place.rated,
                *(place.decided[star] for star in stars_shown(whole)),
                place.decided[None],
                place.mean,
                place.fallen,
            ]
        )


def stars_shown(whole: Tally) -> range:
    held = [star for star in (*whole.decided, *whole.now) if star is not None]
    return range(max([CUSTOMARY, *held]), -1, -1)


def star_columns(whole: Tally) -> list[ReportColumn]:
    return [
        ReportColumn(_("County"), 12),
        ReportColumn(_("Township"), 16),
        ReportColumn(_("Rated units"), 10),
        *(ReportColumn(star_name(star), 9) for star in stars_shown(whole)),
        ReportColumn(_("No decision"), 10),
        ReportColumn(_("Mean of the totals"), 12, POINTS),
        ReportColumn(_("Fallen since"), 10),
    ]


def overview_columns() -> list[ReportColumn]:
    return [ReportColumn(_("Item"), 34), ReportColumn(_("Units"), 12), ReportColumn(_("Share or amount"), 18, MONEY)]


def _overview(table: ReportTable, whole: Tally, granted: list[Granted]) -> None:
    for line in overview_lines(whole, granted):
        table.append(line)


def overview_lines(whole: Tally, granted: list[Granted]) -> Iterator[list[object]]:
    """Headline figures: item, units, and a percentage or an amount in yuan; then the chain head.

    The head is written line by line as it is exported, so that it can be taken out and compared later.
    """

    def share(units: int) -> Decimal | None:
        return Decimal(written(Decimal(100 * units) / whole.rated)) if whole.rated else None

    yield [_("Made on %s") % date_format(timezone.localdate()), None, None]
    yield [_("Rated units"), whole.rated, None]
    yield [_("Decided in the year"), whole.rated - whole.decided[None], share(whole.rated - whole.decided[None])]
    for star in stars_shown(whole):
        yield [_("Decided: %s") % star_name(star), whole.decided[star], share(whole.decided[star])]
    for star in stars_shown(whole):
        yield [_("Now: %s") % star_name(star), whole.now[star], share(whole.now[star])]
    yield [_("Fallen below what was decided"), whole.fallen, share(whole.fallen)]
    yield [_("Mean of the totals"), whole.scored, whole.mean]
    for one in granted:
        yield [_("Rewards: %s") % one.policy, one.units, one.amount]
        yield [_("Disbursed: %s") % one.policy, one.units, one.disbursed]
    if head := Head.newest():
        yield [_("The chain of the ledger ended with this link when the report was made:"), None, None]
        yield from ([line, None, None] for line in head.text.splitlines())
