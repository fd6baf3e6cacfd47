"""The parts of a dashboard: what each is drawn from, and which changes alter it (``reports.kept_boards``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping
from copy import copy
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from django.db.models import Model
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from followups.models import FollowUp
from incentives.models import Allocation, LedgerEntry, ProjectFund, Reward, RewardPolicy
from ratings.models import Application, Cycle, Decision, Event, Points, Reversal, Scheme, StarPeriod, Window
from reports import charts, drawn, loss_charts
from reports.board_asked import Asked
from reports.board_parts import behind, matrix, most, movement, star_names, steps, unit_rows, wall
from reports.dashboard import Board, board
from reports.findings import AsOf, CountedRow, counted
from reports.models import TilePosition
from reports.tiles import figures_of, tile_map
from reports.words import SchemeWords, names_of, schemes_of
from reviews.models import Appeal, Objection
from villages.models import COUNTY_LENGTH, Level, Unit
from villages.townships import Townships

Answers = list[tuple[str, str]]
"""What a part says in words, each with the heading that it leads to."""


class DrawnPart(NamedTuple):
    html: SafeString
    answers: Answers


class Drawing:
    """Some parts of the dashboard of a place, drawn from what is counted once for all of them.

    ``townships``: the names that the rest of the page reads, too. ``places``: the names of the places below, where none
    of the parts is one that is drawn anew whenever they change.
    """

    def __init__(
        self,
        as_of: AsOf,
        asked: Asked,
        parts: Collection[str],
        townships: Townships,
        places: Mapping[str, str] | None = None,
    ) -> None:
        self.as_of, self.asked, self.parts, self.townships = as_of, asked, parts, townships
        self.links = drawn.ListLinks(reverse("dashboard", args=[as_of.unit.code]), as_of.and_day)
        self.opened = self.links if asked.lists else None
        self.places = dict(places or {}) if NAMING.isdisjoint(parts) else self._named()
        townships.update(self.places)
        self.common = {
            "as_of": as_of,
            "links": self.links,
            "base": self.links.base,
            "and_day": self.links.and_day,
            "lists": asked.lists,
        }

    @cached_property
    def board(self) -> Board:
        return board(self.as_of.unit, self.as_of.moment, with_open="open_events" in self.parts)

    def _named(self) -> dict[str, str]:
        seen = self.board
        return {place.code: place.name for place in seen.places} or {one.code: one.name for one in seen.squares}

    @cached_property
    def rows(self) -> Mapping[str, list[CountedRow]]:
        """The counted rows of every question that is among the parts and that the reader may ask; of the points lost,
        what they are counted from."""
        found = defaultdict(list)
        questions = [one for one in self.asked.questions if one in self.parts]
        for row in counted(self.as_of, ["losses_seen" if one == "losses" else one for one in questions]):
            found[row.question].append(row)
        return found

    @cached_property
    def losses(self) -> list[CountedRow]:
        """By far the dearest: a county has ten thousands of points. Counted together with what they are counted from,
        which may have changed since ``rows``."""
        if not self.rows["losses_seen"]:
            return []
        both = counted(self.as_of, ["losses_seen", "losses"])
        self.rows["losses_seen"] = [row for row in both if row.question == "losses_seen"]
        return [row for row in both if row.question == "losses"]

    @cached_property
    def schemes(self) -> list[SchemeWords]:
        return schemes_of(self.as_of.unit)

    @cached_property
    def stars(self) -> dict[int, str]:
        return star_names(self.board)

    @cached_property
    def movement(self) -> list[dict]:
        return movement(self.board, self.as_of.heading, self.opened)

    @cached_property
    def star_rows(self) -> list[tuple]:
        seen = self.board
        return drawn.star_rows([*seen.places, seen.total], self.stars, self.opened)

    def draw(self, name: str) -> DrawnPart:
        part = PARTS[name]
        if part.of is None:
            return _drawn(part, self)

        def alike() -> Hashable:
            return name, self.links.base, get_language(), timezone.localdate(), part.of(self)

        html, answers = drawn_once(alike, lambda: _drawn(part, self._on_any_day()))
        return DrawnPart(mark_safe(html.replace(escape(ANY_DAY), escape(self.links.and_day))), answers)  # noqa: S308

    def _on_any_day(self) -> Drawing:
        """The same, whose addresses of lists lead to ``ANY_DAY``."""
        other = copy(self)
        other.links = drawn.ListLinks(self.links.base, ANY_DAY)
        other.common = {"links": other.links}
        return other


ANY_DAY = "&day=\ue000"
"""Of the private use area, so that nothing else contains it."""
MOST = 100
"""Of a county the largest has 150 KB."""
drawn_before: dict[Hashable, DrawnPart] = {}


def drawn_once(alike: Callable[[], Hashable], draw: Callable[[], DrawnPart]) -> DrawnPart:
    """The results of a year lose the same points on each day after it: where all that a part is drawn from is the same,
    it is drawn once a process, whatever the day and whatever else has changed.

    ``alike``: what it is drawn from, asked again after drawing, which may have found more.
    """
    found = drawn_before.get(alike())
    if found is None:
        if len(drawn_before) >= MOST:
            drawn_before.clear()
        found = draw()
        drawn_before[alike()] = found
    return found


def _drawn(part: Part, drawing: Drawing) -> DrawnPart:
    shown, answers = part.shows(drawing)
    if shown is None:
        return DrawnPart(SafeString(), [])
    given = Context({**drawing.common, **shown}, use_l10n=False)  # no marks between thousands
    return DrawnPart(get_template(part.template).template.render(given), answers)


Shown = tuple[dict[str, Any] | None, Answers]
"""The variables of a part's template (None where there is nothing to show), and its answers."""
NOTHING: Shown = None, []
NAMED = 4
"""So many places that have not begun are named; of more only how many."""


class Part(NamedTuple):
    """``watched``: of which models a changed row may make it another one. ``of``: where it is the same on other days,
    all that it is drawn from, as plain values that look alike where they are equal."""

    template: str
    watched: frozenset[type[Model]]
    shows: Callable[[Drawing], Shown]
    of: Callable[[Drawing], tuple[Hashable, ...]] | None = None


def _cycle(drawing: Drawing) -> Shown:
    seen = drawing.board
    if not drawing.as_of.is_today:
        return NOTHING
    return {"board": seen}, [("cycle", _progress(seen))] if seen.year else []


def _progress(seen: Board) -> str:
    said = _("Rating of %(year)s: %(done)s finished, %(share)s%%") % {
        "year": seen.year,
        "done": seen.total.stages["done"],
        "share": seen.confirmed_share,
    }
    late = [place.name for place in seen.not_begun]
    if not late:
        return said
    if len(late) <= NAMED:
        return said + _("; ") + _("not begun: %(places)s") % {"places": _(", ").join(late)}
    return said + _("; ") + ngettext("%(n)s place not begun", "%(n)s places not begun", len(late)) % {"n": len(late)}


def _wall(drawing: Drawing) -> Shown:
    seen = drawing.board
    if groups := wall(seen):
        return {"board": seen, "groups": groups, "movement": drawing.movement}, []
    return {"stars": drawing.stars, "rows": drawing.star_rows}, []


def _villages(drawing: Drawing) -> Shown:
    rows = unit_rows(drawing.board) if drawing.as_of.unit.level == Level.TOWNSHIP else []
    return ({"villages": rows}, []) if rows else NOTHING


def _tiles(drawing: Drawing) -> Shown:
    figures = figures_of(drawing.as_of.is_today)
    tiles = tile_map(drawing.board, figures, drawing.asked.figure)
    if not tiles:
        return NOTHING
    shown = {
        "board": drawing.board,
        "figures": figures,
        "may_move": drawing.asked.may_move,
        "tiles": tiles,
        "drawn_tiles": drawn.tiles(tiles.tiles, drawing.opened),
    }
    return shown, [("map", tiles.heading)]


def _places(drawing: Drawing) -> Mapping[str, str]:
    """Those that are told apart: a township's are its villages."""
    return {} if drawing.as_of.unit.level == Level.TOWNSHIP else drawing.places


def _losses(drawing: Drawing) -> Shown:
    lost = loss_charts.losses(drawing.losses, drawing.schemes, _places(drawing))
    if not lost:
        return NOTHING
    heat = drawn.heat_rows(lost, drawing.links)
    shown = {
        "losses": lost,
        "heads": drawn.heat_heads(lost.places),
        "shown": heat[: loss_charts.HEATED],
        "rest": heat[loss_charts.HEATED :],
    }
    return shown, [("areas", lost.heading), ("criteria", lost.heading_criteria)]


def _of_losses(drawing: Drawing) -> tuple[Hashable, ...]:
    return *drawing.rows["losses_seen"], *drawing.schemes, *_places(drawing).items()


def _stars(drawing: Drawing) -> Shown:
    as_of = drawing.as_of
    years = charts.star_years(drawing.rows["stars"], as_of.day, "" if as_of.is_today else as_of.heading)
    columns = [
        (year, drawn.year_column(year, parts, drawing.links), drawn.year_cells(parts, drawing.links))
        for year, parts in years.columns
    ]
    return {"star_years": years, "columns": columns}, [("years", years.heading)]


def _movement(drawing: Drawing) -> Shown:
    total, places = drawing.board.total, drawing.board.places
    heading = _("Since 1 January %(up)s rose, %(down)s fell") % {"up": total.up, "down": total.down}
    if rose := most([(place.name, place.up) for place in places]):
        heading += _("; most rose in %(place)s: %(n)s") % rose
    if fell := most([(place.name, place.down) for place in places]):
        heading += _("; most fell in %(place)s: %(n)s") % fell
    shown = {"heading": heading, "board": drawing.board, "movement": drawing.movement}
    return shown, [("move", heading)]


def _events(drawing: Drawing) -> Shown:
    if "events" not in drawing.asked.questions:
        return NOTHING
    names = names_of(drawing.schemes).events
    events = charts.events(drawing.rows["events"], names, drawing.places, drawing.as_of.day)
    kinds = [(kind, drawn.months(kind.months, drawing.links)) for kind in events.kinds]
    return {"events": events, "kinds": kinds}, [("events", events.heading)]


def _disputes(drawing: Drawing) -> Shown:
    disputes = charts.disputes(drawing.rows["disputes"])
    return {"disputes": disputes}, [("disputes", disputes.heading)]


def _money(drawing: Drawing) -> Shown:
    rows = drawing.rows["money"]
    if not rows:
        return NOTHING
    money = charts.money(rows)
    return {"money": money}, [("money", money.heading)]


def _gap(drawing: Drawing) -> Shown:
    rows = drawing.rows["gap"]
    if not rows:
        return NOTHING
    gap = charts.gap(rows)
    return {"gap": gap}, [("gap", gap.heading)]


def _rows_of(question: str) -> Callable[[Drawing], tuple[Hashable, ...]]:
    return lambda drawing: tuple(drawing.rows[question])


def _not_yet(drawing: Drawing) -> Shown:
    rows = matrix(drawing.board, drawing.opened) if drawing.as_of.is_today else []
    if not rows:
        return NOTHING
    heading = behind(drawing.board)
    shown = {"heading": heading, "matrix": rows, "steps": [step.name for step in steps(drawing.board)]}
    return shown, [("notyet", heading)]


def _star_table(drawing: Drawing) -> Shown:
    seen = drawing.board
    return ({"stars": drawing.stars, "rows": drawing.star_rows}, []) if seen.squares and seen.places else NOTHING


def _open_events(drawing: Drawing) -> Shown:
    seen = drawing.board
    events = [(event, drawing.townships.above(event.unit_id)) for event in seen.events]
    return {"board": seen, "events_open": events}, []


_STARS = frozenset({Unit, StarPeriod})
_OPEN = frozenset({Event, Reversal})
_PROCESS = frozenset({Unit, Application, Cycle, Scheme, Window})
PARTS = {
    "cycle": Part("reports/board/cycle.html", _PROCESS, _cycle),
    "wall": Part("reports/board/wall.html", _STARS | _OPEN, _wall),
    "by_place": Part("reports/board/wall.html", _STARS, _wall),
    "villages": Part("reports/village_table.html", _STARS | _OPEN | _PROCESS, _villages),
    "tiles": Part("reports/charts/tiles.html", _STARS | _PROCESS | {TilePosition}, _tiles),
    "losses": Part("reports/charts/losses.html", frozenset({Unit, Decision, Points, Scheme}), _losses, _of_losses),
    "stars": Part("reports/charts/star_years.html", _STARS, _stars),
    "movement": Part("reports/charts/movement.html", _STARS, _movement),
    "events": Part("reports/charts/events.html", _OPEN | {Unit, FollowUp, Scheme}, _events),
    "disputes": Part("reports/charts/disputes.html", frozenset({Objection, Appeal}), _disputes, _rows_of("disputes")),
    "money": Part(
        "reports/charts/money.html",
        frozenset({Allocation, LedgerEntry, ProjectFund, Reward, RewardPolicy}),
        _money,
        _rows_of("money"),
    ),
    "gap": Part("reports/charts/gap.html", frozenset({Unit, Decision, Points, Cycle, Scheme}), _gap, _rows_of("gap")),
    "not_yet": Part("reports/board/not_yet.html", _PROCESS, _not_yet),
    "star_table": Part("reports/board/star_table.html", _STARS, _star_table),
    "open_events": Part("reports/board/open_events.html", _OPEN | {Unit, Scheme}, _open_events),
}
"""In the order of what they answer."""
NAMING = frozenset({"wall", "by_place"})
_WITHOUT_LISTS = ("cycle", "by_place", "tiles", "movement", "not_yet", "open_events")
_OF_COUNTIES = ("wall", "villages", "losses", "star_table")
"""Above a county are too many units to show each, and schemes of several criteria."""
_WITH_LISTS = tuple(name for name in PARTS if name not in ("by_place", "open_events"))
_OF_CITIES = tuple(name for name in PARTS if name not in (*_OF_COUNTIES, "open_events"))


def parts_of(unit: Unit, lists: bool) -> tuple[str, ...]:
    """The names of the parts that the dashboard of ``unit`` has."""
    if not lists:
        return _WITHOUT_LISTS
    return _WITH_LISTS if len(unit.code) >= COUNTY_LENGTH else _OF_CITIES
