"""The tile map: equal tiles, one for each place below a unit, roughly where it lies; coloured by a figure of choice.

``fixtures/tiles.csv`` holds positions, and an office can move its tiles (``TilePosition``); places without a position
follow each other in the order of their codes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil, sqrt
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from reports.charts import percent, query
from reports.dashboard import APPLY, DONE, LEFT_OUT, Board, DashboardPlace

POSITIONS = settings.BASE_DIR / "fixtures" / "tiles.csv"
MOST_COLUMNS, TONES = 8, 5


class Figure(NamedTuple):
    """``count``: the units of a place that it counts, of those that ``of`` gives; ``chosen``: the list of them."""

    name: Any
    count: Callable[[DashboardPlace], int]
    of: Callable[[DashboardPlace], int]
    question: str
    chosen: dict[str, str]
    before: Callable[[DashboardPlace], int] | None = None


def _stars(least: int, most: int = 9) -> Callable[[DashboardPlace], int]:
    return lambda place: sum(n for star, n in place.stars.items() if least <= star <= most)


def _stars_before(least: int, most: int = 9) -> Callable[[DashboardPlace], int]:
    return lambda place: sum(n for star, n in place.before.items() if least <= star <= most)


def _rated(place: DashboardPlace) -> int:
    return place.rated


def _in_cycle(place: DashboardPlace) -> int:
    return place.rated - place.stages[LEFT_OUT]


FIGURES = {
    "high": Figure(_("Share of four stars and more"), _stars(4), _rated, "stars", {"c": "high"}, _stars_before(4)),
    "low": Figure(_("Share of one star and none"), _stars(0, 1), _rated, "stars", {"c": "low"}, _stars_before(0, 1)),
    "apply": Figure(_("Share not yet applied"), lambda place: place.stages[APPLY], _in_cycle, "stage", {"a": APPLY}),
    "done": Figure(_("Share finished"), lambda place: place.stages[DONE], _in_cycle, "stage", {"a": DONE}),
}


@dataclass(frozen=True)
class Tile:
    """One place. ``row`` and ``column`` are 0 where it has no position; ``change`` is in points since 1 January."""

    code: str
    name: str
    row: int
    column: int
    count: int
    of: int
    tone: int
    query: str
    change: int | None

    @property
    def percent(self) -> int:
        return percent(self.count, self.of)


@dataclass(frozen=True)
class TileMap:
    """``scale``: the lowest and highest per cent of each tone."""

    key: str
    heading: str
    tiles: list[Tile]
    columns: int
    scale: list[tuple[int, int, int]]


@cache
def positions() -> dict[str, tuple[int, int]]:
    with POSITIONS.open(encoding="utf-8", newline="") as file:
        return {row["code"]: (int(row["row"]), int(row["column"])) for row in csv.DictReader(file)}


def figures_of(is_today: bool) -> dict[str, Figure]:
    """Those that can be shown: the stages of a past day are not kept."""
    return {key: figure for key, figure in FIGURES.items() if is_today or figure.question == "stars"}


def tile_map(seen: Board, figures: dict[str, Figure], key: str) -> TileMap | None:
    """The map of the places below the board's unit, by the figure ``key`` (the first one where there is no such)."""
    if len(seen.places) < 2:
        return None
    key = key if key in figures else next(iter(figures))
    figure = figures[key]
    shares = {place.code: percent(figure.count(place), figure.of(place)) for place in seen.places}
    step = max(1, ceil((max(shares.values()) - min(shares.values()) + 1) / TONES))
    least = min(shares.values())
    tiles = [_tile(place, figure, 1 + (shares[place.code] - least) // step, seen.day.year) for place in seen.places]
    columns = max((tile.column for tile in tiles), default=0) or min(MOST_COLUMNS, ceil(sqrt(len(tiles))))
    ordered = sorted(tiles, key=lambda tile: tile.percent)
    heading = _("%(figure)s: %(all)s%%; most in %(most)s, least in %(least)s") % {
        "figure": figure.name,
        "all": percent(figure.count(seen.total), figure.of(seen.total)),
        "most": ordered[-1].name,
        "least": ordered[0].name,
    }
    scale = [(n + 1, least + n * step, least + (n + 1) * step - 1) for n in range(TONES)]
    return TileMap(key, heading, tiles, columns, [one for one in scale if one[1] <= max(shares.values())])


def _tile(place: DashboardPlace, figure: Figure, tone: int, year: int) -> Tile:
    row, column = place.tile or positions().get(place.code, (0, 0))
    count, of = figure.count(place), figure.of(place)
    chosen = {"a": str(year), **figure.chosen} if figure.question == "stars" else figure.chosen
    before = figure.before(place) if figure.before else None
    change = None if before is None else percent(count, of) - percent(before, of)
    opens = query(figure.question, **chosen, place=place.code)
    return Tile(place.code, place.name, row, column, count, of, tone, opens, change)
