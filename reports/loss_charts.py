"""Where points are lost: areas and criteria, those that lose most first, and in which places."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ratings.models import Scheme
from reports.charts import percent, query, sums
from reports.findings import CountedRow

HEATED = 8


HEAT = (15, 25, 35, 45)
"""Per cent of the points lost at which a darker colour begins."""


@dataclass
class Loss:
    """Of ``most`` points that could be had, how many were lost; and the same a year before."""

    code: str
    name: str = ""
    lost: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    before_lost: Decimal = Decimal(0)
    before_most: Decimal = Decimal(0)
    max: Any = None
    query: str = ""
    query_before: str = ""
    cells: list[HeatCell] = field(default_factory=list)

    @property
    def percent(self) -> int:
        return percent(self.lost, self.most)

    @property
    def before(self) -> int | None:
        return percent(self.before_lost, self.before_most) if self.before_most else None

    @property
    def more(self) -> int:
        """Points of per cent more than a year before."""
        return self.percent - (self.percent if self.before is None else self.before)

    @property
    def less(self) -> int:
        return -self.more

    def add(self, row: CountedRow, last: str) -> None:
        if row.a == last:
            self.lost += row.n
            self.most += row.m
        else:
            self.before_lost += row.n
            self.before_most += row.m

    def include(self, part: Loss) -> None:
        self.lost += part.lost
        self.most += part.most
        self.before_lost += part.before_lost
        self.before_most += part.before_most


@dataclass(frozen=True)
class HeatCell:
    name: str
    percent: int | None
    tone: int
    worse: bool
    query: str


@dataclass(frozen=True)
class Losses:
    heading: str
    heading_criteria: str
    year: str
    units: int
    areas: list[Loss]
    criteria: list[Loss]
    places: list[str]


def losses(rows: list[CountedRow], scheme: Scheme | None, places: Mapping[str, str]) -> Losses | None:
    """Areas and criteria, those that lose most first."""
    if not rows or scheme is None:
        return None
    last = max(row.a for row in rows)
    before = str(int(last) - 1)
    areas: dict[str, Loss] = {}
    criteria: dict[str, Loss] = {}
    area_of: dict[str, str] = {}
    for area in scheme.body["areas"]:
        if area["kind"] == "base":
            inside = sorted({one["code"] for one in area["criteria"]})
            opens = query("losses", a=last, b=inside, c="lost")
            areas[area["code"]] = Loss(area["code"], area.get("name", ""), query=opens)
            for one in area["criteria"]:
                area_of[one["code"]] = area["code"]
                opens, opened = (query("losses", a=year, b=one["code"], c="lost") for year in (last, before))
                criteria[one["code"]] = Loss(one["code"], one["name"], max=one["max"], query=opens, query_before=opened)
    by_place: dict[tuple[str, str], Loss] = defaultdict(lambda: Loss(""))
    for row in rows:
        if row.b in criteria:
            by_place[row.b, row.place].add(row, last)
    for (code, _place), loss in by_place.items():
        criteria[code].include(loss)
    for code, loss in criteria.items():
        areas[area_of[code]].include(loss)
        loss.cells = [
            _heat_cell(by_place[code, place], name, f"{loss.query}&place={place}") for place, name in places.items()
        ]
    most_first = sorted((one for one in criteria.values() if one.most), key=lambda one: -one.percent)
    areas_first = sorted((one for one in areas.values() if one.most), key=lambda one: -one.percent)
    if not areas_first:
        return None
    return Losses(
        _most_lost_area(areas_first[0]),
        _most_lost(most_first[0]),
        last,
        max(sums((row for row in rows if row.a == last), "b").values()),
        areas_first,
        most_first,
        list(places.values()),
    )


def _heat_cell(loss: Loss, name: str, opens: str) -> HeatCell:
    lost, before = loss.percent, loss.before
    worse = before is not None and lost - before >= 5
    return HeatCell(name, lost if loss.most else None, 1 + bisect_right(HEAT, lost), worse, opens)


def _most_lost_area(loss: Loss) -> str:
    """The area that loses most, against a year before."""
    said = _("“%(area)s” loses most: %(percent)s%% of its points") % {"area": loss.name, "percent": loss.percent}
    if loss.before is None:
        return said
    if not loss.more:
        return said + _(", as a year before")
    change = _(", %(n)s percentage points more") if loss.more > 0 else _(", %(n)s percentage points fewer")
    return said + change % {"n": abs(loss.more)}


def _most_lost(loss: Loss) -> str:
    """The criterion that loses most, and where, in words."""
    known = [cell for cell in loss.cells if cell.percent is not None]
    if not known:
        said = _("“%(criterion)s” loses most of all criteria: %(percent)s%%") % {
            "criterion": loss.name,
            "percent": loss.percent,
        }
        return said if loss.before is None else said + _(" (a year before %(before)s%%)") % {"before": loss.before}
    worst = max(known, key=lambda cell: cell.percent or 0)
    return _("“%(criterion)s” loses most of all criteria: %(percent)s%%, %(most)s%% in %(place)s") % {
        "criterion": loss.name,
        "percent": loss.percent,
        "most": worst.percent,
        "place": worst.name,
    }
