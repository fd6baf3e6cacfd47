"""The overview for those who oversee a unit: progress, stars, movement, what is open (practice §6).

A handful of set-based queries, however large the unit: below a county every rated unit is a row (the star wall), above
it the database counts first and each unit below is a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models import Window as Over
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce, Substr
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.prepared import asked, planned_by_place
from ratings.models import Application, Cycle, Event, Window
from ratings.models.cycle import CycleStep
from records.deadlines import remaining
from reports.kept_standings import kept
from villages.models import CODE_LENGTHS, COUNTY_LENGTH, Level, Unit, below, rated_on

WALL = 600
"""The most squares that one wall shows; a larger place shows the places below it instead."""
EVENTS_SHOWN = 6

OUTSIDE = NOT_BEGUN, LEFT_OUT = "not_begun", "left_out"
"""Stages of units that no cycle of the year rates."""
APPLY, TOWNSHIP, COUNTY, NOTICE, DONE = "apply", "township", "county", "notice", "done"
STAGES = {
    NOT_BEGUN: (_("The county has not opened the year"), None),
    LEFT_OUT: (_("Not in this year's pilot"), None),
    APPLY: (_("Not yet applied"), CycleStep.APPLY),
    TOWNSHIP: (_("Township review"), CycleStep.TOWNSHIP_REVIEW),
    COUNTY: (_("County review"), CycleStep.COUNTY_REVIEW),
    NOTICE: (_("Public notice"), None),
    DONE: (_("Finished"), None),  # confirmed or rejected
}

State = Application.State
# What is decided but not released still shows as under review: nobody outside may see it (practice §3).
STAGE_OF_APPLICATION = Case(
    When(Q(mine__isnull=True) | Q(mine__state=State.DRAFT), then=Value(APPLY)),
    When(mine__state__in=State.SETTLED, then=Value(DONE)),
    When(mine__state=State.PUBLIC_NOTICE, then=Value(NOTICE)),
    When(
        Q(mine__state=State.COUNTY_REVIEW)
        | Q(mine__state=State.DECIDED, mine__township_star__isnull=False)
        | Q(level=Level.TOWNSHIP),  # a township is reviewed by nobody below the county
        then=Value(COUNTY),
    ),
    default=Value(TOWNSHIP),
    output_field=CharField(),
)


@dataclass
class DashboardPlace:
    """The counts for one unit: rated units by star, by stage, and how many moved since the year began."""

    code: str
    name: str
    opens: bool = False
    rated: int = 0
    stars: Counter = field(default_factory=Counter)
    before: Counter = field(default_factory=Counter)
    stages: Counter = field(default_factory=Counter)
    returned: int = 0
    up: int = 0
    down: int = 0
    flagged: int = 0
    tile: tuple[int, int] | None = None
    """Row and column on the map, where an office has put it there."""

    def count(self, row: dict) -> None:
        """Add ``row["units"]`` units that are alike."""
        units = row["units"]
        self.rated += units
        self.stars[row["star"] or 0] += units
        self.before[row["then"] or 0] += units
        self.stages[row["stage"]] += units
        self.returned += units * row["returned"]
        self.flagged += units * row["flagged"]
        if None not in (row["star"], row["then"]):
            self.up += units * (row["star"] > row["then"])
            self.down += units * (row["star"] < row["then"])


class Square(NamedTuple):
    """One rated unit on the wall."""

    code: str
    name: str
    star: int
    before: int | None
    stage: str
    flag: bool


@dataclass(frozen=True)
class DashboardStage:
    """One stage of the process: how many are there, and the deadline of that step (None: several days, or none)."""

    key: str
    name: str
    count: int
    closes: datetime | None
    returned: int = 0

    @property
    def remaining(self) -> str:
        return remaining(self.closes) if self.closes else ""

    @property
    def late(self) -> bool:
        return self.closes is not None and self.closes <= timezone.now() and self.count > 0


@dataclass(frozen=True)
class Board:
    """A whole dashboard. ``squares`` is empty where there are too many units for a wall; ``year`` is that of the rating
    under way, None where there is none or nothing is asked of it."""

    unit: Unit
    year: int | None
    day: date
    total: DashboardPlace
    places: list[DashboardPlace]
    squares: list[Square]
    pipe: list[DashboardStage]
    events: list[Event]
    events_open: int
    counted_at: datetime | None = None
    """When its villages were counted, where that was not just now."""

    @property
    def not_begun(self) -> list[DashboardPlace]:
        """Units below which nothing is in a rating yet: that their county is late is not their fault."""
        return [place for place in self.places if place.stages[NOT_BEGUN] == place.rated]

    @property
    def begun(self) -> list[DashboardPlace]:
        return [place for place in self.places if place.stages[NOT_BEGUN] < place.rated]

    @property
    def top_star(self) -> int:
        """The highest star there is; five by custom (formats §1)."""
        return max([5, *self.total.stars, *self.total.before])

    @property
    def confirmed_share(self) -> int:
        """Per cent of the units rated this year that are through."""
        rated = self.total.rated - self.total.stages[LEFT_OUT]
        return round(100 * self.total.stages[DONE] / rated) if rated else 0


def board(unit: Unit, now: datetime, with_open: bool = True, rates: str = Level.VILLAGE) -> Board:
    """The dashboard of ``unit`` (a township or anything above) at ``now``: its rated units of the level ``rates``;
    ``with_open``: its open events, too."""
    day = timezone.localdate(now)
    # The stages of a past day are not kept: a township shows those of now, a larger place none, and asks for none.
    shows_stages = day >= timezone.localdate() or unit.level == Level.TOWNSHIP
    windows = asked(_windows, None, unit.code, rates=rates) if shows_stages or with_open else []
    year = windows[0].cycle.year if windows else None
    counted_before = kept(unit, day) if rates == Level.VILLAGE else None
    rating = windows if shows_stages else []
    rows, squares = (counted_before[0], []) if counted_before else standings(unit, day, rating, rates)
    places = {place.code: place for place in places_below(unit)}
    total = DashboardPlace(unit.code, unit.name)
    for row in rows:
        total.count(row)
        if row["place"] in places:
            places[row["place"]].count(row)
    events, events_open = open_events(unit, windows, day) if with_open else ([], 0)
    return Board(
        unit=unit,
        year=year,
        day=day,
        total=total,
        places=[place for place in places.values() if place.rated],
        squares=squares,
        pipe=pipe(total, windows),
        events=events,
        events_open=events_open,
        counted_at=counted_before[1] if counted_before else None,
    )


def current_windows(unit: Unit, rates: str = Level.VILLAGE) -> QuerySet[Window]:
    """The windows of the latest cycles that rate units of the level in ``unit``, each with its cycle and event
    names."""
    here = below(unit.code, "cycle__unit_id") | Q(cycle__in=Cycle.objects.reaching([unit.code]))
    windows = Window.objects.filter(here, cycle__scheme__rates=rates)
    return (
        windows.filter(cycle__year=windows.order_by("-cycle__year").values("cycle__year")[:1])
        .select_related("cycle")
        .annotate(kinds=KeyTransform("events", "cycle__scheme__body"))
    )


def _windows(_user: User, code: str, *, rates: str) -> QuerySet[Window]:
    return current_windows(Unit(code=code), rates)


def standings(
    unit: Unit, day: date, windows: Iterable[Window], rates: str = Level.VILLAGE
) -> tuple[list[dict], list[Square]]:
    """The state of the rated units, counted by unit below ``unit``; and, where the wall has room, each by itself."""
    digits = next((n for n in CODE_LENGTHS if n > len(unit.code)), len(unit.code))
    cycles = {window.cycle_id: window.cycle for window in windows}.values()
    given, fixed = (unit.code, day, date(day.year, 1, 1)), {"digits": digits, "rates": rates}

    def found(*, each: bool) -> list[Any]:
        if any(cycle.is_pilot for cycle in cycles):  # of so many places that their statement serves nobody else
            return list(_standings(None, *given, cycles=cycles, each=each, **fixed))
        counties = [value for cycle in cycles for value in (cycle.pk, cycle.unit_id)]
        return asked(_each if each else _counted, None, *given, *counties, **fixed)

    if len(unit.code) >= CODE_LENGTHS[2]:
        rows = found(each=True)
        if len(rows) <= WALL:
            squares = [
                Square(code, name, star or 0, then, stage, flag) for code, name, star, then, stage, _back, flag in rows
            ]
            return _summed(rows, digits), squares
    return found(each=False), []


def _each(*given: Any, **fixed: Any) -> QuerySet[Unit, Any]:
    return _standings(*given, each=True, **fixed)


@planned_by_place
def _counted(*given: Any, **fixed: Any) -> QuerySet[Unit, Any]:
    return _standings(*given, each=False, **fixed)


ALIKE = ("star", "then", "stage", "returned", "flagged")


def _summed(rows: Iterable[tuple], digits: int) -> list[dict]:
    """Those that are alike as one row, as the database gives them where they are many."""
    counted = Counter((code[:digits], *alike) for code, _name, *alike in rows)
    return [dict(zip(("place", *ALIKE, "units"), (*alike, n), strict=True)) for alike, n in counted.items()]


def _standings(
    _user: User | None,
    code: str,
    day: date,
    begin: date,
    *counties: Any,
    digits: int,
    rates: str,
    each: bool,
    cycles: Iterable[Cycle] = (),
) -> QuerySet[Unit, Any]:
    """``counties``: of each cycle that rates a whole county its key and the county's code."""
    whole = [Cycle(pk=pk, unit_id=county) for pk, county in zip(counties[::2], counties[1::2], strict=True)]
    units = with_standing(Unit(code=code), day, begin, [*cycles, *whole], rates)
    if each:
        return units.order_by("code").values_list("code", "name", *ALIKE)[: WALL + 1]
    return units.order_by().values(*ALIKE, place=Substr("code", 1, digits)).annotate(units=Count("*"))


def with_stage(
    unit: Unit, windows: Iterable[Window], rates: str = Level.VILLAGE, day: date | None = None
) -> QuerySet[Unit]:
    """Rated units of the level that stood on ``day`` (today when absent) with their ``stage`` in the cycles of
    ``windows``, and whether they are ``returned``."""
    cycles = {window.cycle_id: window.cycle for window in windows}
    whole = {cycle.unit_id for cycle in cycles.values() if not cycle.is_pilot}
    piloting = {cycle.unit_id for cycle in cycles.values() if cycle.is_pilot}
    townships = {code for cycle in cycles.values() for code in cycle.townships}
    # No cycle has the key 0; with no key at all Django would take the whole query for empty.
    mine = FilteredRelation("applications", condition=Q(applications__cycle__in=list(cycles) or [0]))
    stage = Case(
        When(_lies_in(whole, COUNTY_LENGTH) | _lies_in(townships, CODE_LENGTHS[3]), then=STAGE_OF_APPLICATION),
        When(_lies_in(piloting, COUNTY_LENGTH), then=Value(LEFT_OUT)),
        default=Value(NOT_BEGUN),
    )
    return (
        rated_on(unit, day or timezone.localdate(), rates)
        .annotate(mine=mine)
        .annotate(stage=stage, returned=Coalesce(Q(mine__state=State.RETURNED), False))
    )


def _lies_in(codes: Collection[str], digits: int) -> Q:
    """Units below any of ``codes``, however many: by code prefixes in a list, not by thousands of ranges."""
    return Q(In(Substr("code", 1, digits), list(codes))) if codes else Q(pk__in=[])


def with_standing(unit: Unit, day: date, begin: date, cycles: Iterable[Cycle], rates: str) -> QuerySet[Unit]:
    """``with_stage``, with their star on ``day`` and on the day ``begin``, and whether an event is open."""
    return (
        with_stage(unit, [Window(cycle=cycle) for cycle in cycles], rates, day)
        .annotate(
            held=FilteredRelation("star_periods", condition=period_on(unit, day)),
            held_then=FilteredRelation("star_periods", condition=period_on(unit, begin)),
        )
        .annotate(
            star=F("held__star"),
            then=F("held_then__star"),
            flagged=Exists(Event.objects.filter(open_on(day), unit=OuterRef("code"))),
        )
    )


def period_on(unit: Unit, day: date) -> Q:
    """The star in force on ``day``; the range of codes is repeated so that the planner never reads the whole nation."""
    return (
        Q(star_periods__superseded_at=None)
        & Q(star_periods__during__contains=day)
        & below(unit.code, "star_periods__unit_id")
    )


def open_on(day: date) -> Q:
    """Events that were open on ``day``; held events are only for those who record events."""
    still = Q(closed=None) | Q(closed__gt=day)
    return still & (Q(reversal=None) | Q(reversal__on__gt=day)) & Q(held=False, on__lte=day)


def places_below(unit: Unit) -> list[DashboardPlace]:
    """The units one level below ``unit``, in the order of their codes."""
    digits = next((n for n in CODE_LENGTHS if n > len(unit.code)), None)
    if digits is None or digits == CODE_LENGTHS[-1]:
        return []
    level = {4: (Level.CITY,), 6: (Level.COUNTY, Level.ZONE), 9: (Level.TOWNSHIP,)}[digits]
    return [
        DashboardPlace(code, name, opens=True, tile=(row, column) if row else None)
        for code, name, row, column in asked(_places_below, None, unit.code, levels=level)
    ]


def _places_below(_user: User, code: str, *, levels: tuple[str, ...]) -> QuerySet[Unit, tuple]:
    return Unit.objects.filter(below(code), level__in=levels).values_list("code", "name", "tile__row", "tile__column")


def pipe(total: DashboardPlace, windows: list[Window]) -> list[DashboardStage]:
    running = [window for window in windows if window.cycle.state == Cycle.State.OPEN]
    closes = {step: {window.closes for window in running if window.step == step} for step in CycleStep.values}
    return [
        DashboardStage(
            key=key,
            name=name,
            count=total.stages[key],
            closes=next(iter(closes[step])) if step and len(closes[step]) == 1 else None,
            returned=total.returned if key == TOWNSHIP else 0,
        )
        for key, (name, step) in STAGES.items()
        if key not in OUTSIDE or total.stages[key]
    ]


def open_events(unit: Unit, windows: list[Window], day: date) -> tuple[list[Event], int]:
    """The latest events open on ``day``, each with ``kind_name``; and their total count."""
    names = {kind["code"]: kind.get("name", "") for window in windows for kind in window.kinds or []}
    events = asked(_latest_open, None, unit.code, day)
    for event in events:
        event.kind_name = names.get(event.kind) or event.kind
    return events, events[0].all if events else 0


def _latest_open(_user: User, code: str, day: date) -> QuerySet[Event]:
    found = Event.objects.filter(open_on(day), below(code, "unit_id")).select_related("unit")
    return found.annotate(all=Over(Count("*"))).order_by("-on", "-id")[:EVENTS_SHOWN]
