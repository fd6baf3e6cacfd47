"""Where points are lost: areas and criteria, those that lose most first, and in which places."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from django.utils.translation import gettext as _

from reports.charts import percent, query, sums
from reports.findings import CountedRow
from reports.words import Criterion, SchemeWords

HEATED = 8


HEAT = (15, 25, 35, 45)
"""Per cent of the points lost at which a darker colour begins."""


@dataclass(slots=True)
class Tally:
    """Of ``most`` points that could be had, how many were lost; and the same a year before."""

    lost: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    before_lost: Decimal = Decimal(0)
    before_most: Decimal = Decimal(0)

    @property
    def percent(self) -> int:
        return percent(self.lost, self.most)

    @property
    def before(self) -> int | None:
        return percent(self.before_lost, self.before_most) if self.before_most else None

    def add(self, row: CountedRow, last: str) -> None:
        if row.a == last:
            self.lost += row.n
            self.most += row.m
        else:
            self.before_lost += row.n
            self.before_most += row.m

    def include(self, part: Tally) -> None:
        self.lost += part.lost
        self.most += part.most
        self.before_lost += part.before_lost
        self.before_most += part.before_most


class HeatCell(NamedTuple):
    """What a criterion loses in one place: None where nobody has a result."""

    percent: int | None
    tone: int
    worse: bool


@dataclass(slots=True)
class Loss(Tally):
    """That of an area or a criterion; ``cells``: of each place."""

    code: str = ""
    name: str = ""
    max: str = ""
    query: str = ""
    query_before: str = ""
    cells: list[HeatCell] = field(default_factory=list)

    @property
    def more(self) -> int:
        """Points of per cent more than a year before."""
        return self.percent - (self.percent if self.before is None else self.before)

    @property
    def less(self) -> int:
        return -self.more


@dataclass(frozen=True)
class Losses:
    heading: str
    heading_criteria: str
    year: str
    units: int
    areas: list[Loss]
    criteria: list[Loss]
    places: Mapping[str, str]


def losses(rows: list[CountedRow], schemes: list[SchemeWords], places: Mapping[str, str]) -> Losses | None:
    """Areas and criteria of the scheme of the last year (or else of the newest), those that lose most first."""
    if not rows or not schemes:
        return None
    last = max(row.a for row in rows)
    scheme = next((one for one in schemes if str(one.year) == last), schemes[0])
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for row in rows:
        tallies[row.b][row.place].add(row, last)
    found, criteria = [], []
    for area in scheme.areas:
        if area.kind != "base":
            continue
        inside = {one.code: _lost_of(one, tallies[one.code], last, places) for one in area.criteria}
        whole = Loss(code=area.code, name=area.name, query=query("losses", a=last, b=sorted(inside), c="lost"))
        for one in inside.values():
            whole.include(one)
        found.append(whole)
        criteria += inside.values()
    areas_first, most_first = (
        sorted((one for one in all_of_them if one.most), key=lambda one: -one.percent)
        for all_of_them in (found, criteria)
    )
    if not areas_first:
        return None
    return Losses(
        _most_lost_area(areas_first[0]),
        _most_lost(most_first[0], places),
        last,
        max(sums((row for row in rows if row.a == last), "b").values()),
        areas_first,
        most_first,
        places,
    )


def _lost_of(one: Criterion, tallies: Mapping[str, Tally], last: str, places: Mapping[str, str]) -> Loss:
    """``tallies``: of the criterion in each place."""
    opens, opened = (query("losses", a=year, b=one.code, c="lost") for year in (last, str(int(last) - 1)))
    whole = Loss(code=one.code, name=one.name, max=one.max, query=opens, query_before=opened)
    for tally in tallies.values():
        whole.include(tally)
    whole.cells = [_heat_cell(tallies[code]) if code in tallies else NOBODY for code in places]
    return whole


NOBODY = HeatCell(None, 1, worse=False)


def _heat_cell(tally: Tally) -> HeatCell:
    lost, before = tally.percent, tally.before
    worse = before is not None and lost - before >= 5
    return HeatCell(lost if tally.most else None, 1 + bisect_right(HEAT, lost), worse)


def _most_lost_area(loss: Loss) -> str:
    """The area that loses most, against a year before."""
    said = _("“%(area)s” loses most: %(percent)s%% of its points") % {"area": loss.name, "percent": loss.percent}
    if loss.before is None:
        return said
    if not loss.more:
        return said + _(", as a year before")
    change = _(", %(n)s percentage points more") if loss.more > 0 else _(", %(n)s percentage points fewer")
    return said + change % {"n": abs(loss.more)}


def _most_lost(loss: Loss, places: Mapping[str, str]) -> str:
    """The criterion that loses most, and where, in words."""
    known = [
        (cell.percent, name) for cell, name in zip(loss.cells, places.values(), strict=True) if cell.percent is not None
    ]
    if not known:
        said = _("“%(criterion)s” loses most of all criteria: %(percent)s%%") % {
            "criterion": loss.name,
            "percent": loss.percent,
        }
        return said if loss.before is None else said + _(" (a year before %(before)s%%)") % {"before": loss.before}
    most, place = max(known, key=itemgetter(0))
    return _("“%(criterion)s” loses most of all criteria: %(percent)s%%, %(most)s%% in %(place)s") % {
        "criterion": loss.name,
        "percent": loss.percent,
        "most": most,
        "place": place,
    }
