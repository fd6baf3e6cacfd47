"""The cheapest ways to a star: few criteria to work on, the largest gains first; pure.

This is greedy: where caps of areas and lines of several kinds meet, another choice may need fewer criteria.

A criterion that is worked on is taken at the best it can give, so that a way is valid whatever else stays as it is.
What points cannot change (a veto in force, the rank among others) is not part of a way: ``Allowed.short`` names it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from ratings.scheme.spec import Area, Criterion, FigureAtMost, SchemeSpec, StarLine
from ratings.scoring.best_facts import BestFacts, best_facts, figure_holds
from ratings.scoring.methods import Facts, exact_sum
from ratings.scoring.totals import area_points, running_total

MOST_WAYS = 3
Wanted = Decimal | FigureAtMost | None
"""The figure that a star line asks for."""


@dataclass(frozen=True)
class CriterionGain:
    """A criterion from the points it ``has`` to those it ``reaches`` when ``facts`` are true."""

    criterion: Criterion
    has: Decimal
    reaches: Decimal
    facts: Facts
    penalty: bool = False

    @property
    def gain(self) -> Decimal:
        """The points that the total gains, before the cap of its area."""
        return self.has - self.reaches if self.penalty else self.reaches - self.has


@dataclass(frozen=True)
class Standing:
    """One unit under a scheme: the ``criteria`` that fit it, their points and figures by code, vetoes in force.

    ``best``: what was found of criteria, which steps do not change: every way asks for the same."""

    spec: SchemeSpec
    criteria: tuple[Criterion, ...]
    points: Mapping[str, Decimal]
    figures: Mapping[str, Decimal | None]
    barred: tuple[str, ...] = ()
    best: dict[tuple[str, Wanted], BestFacts | None] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _area_of(self) -> dict[str, Area]:
        return {criterion.code: area for area in self.spec.areas for criterion in area.criteria}

    @property
    def total(self) -> Decimal:
        return running_total(self.spec, self.points)

    def area(self, area: Area) -> Decimal:
        return area_points(area, self.points)

    def kind(self, criterion: Criterion) -> str:
        return self._area_of[criterion.code].kind

    def after(self, steps: Iterable[CriterionGain]) -> "Standing":
        """The unit once these steps are done."""
        return replace(self, points={**self.points, **{step.criterion.code: step.reaches for step in steps}})

    def step(self, criterion: Criterion, line: StarLine | None) -> CriterionGain | None:
        """The best that ``criterion`` can give while it keeps the figure that ``line`` asks for."""
        penalty = self.kind(criterion) == "penalty"
        wanted = line.figures.get(criterion.code) if line else None
        key = criterion.code, wanted
        if key not in self.best:
            now = self.figures.get(criterion.code)
            self.best[key] = best_facts(criterion, now=now, figure=wanted, fewest=penalty)
        best = self.best[key]
        if best is None:
            return None
        return CriterionGain(criterion, self.points.get(criterion.code, Decimal(0)), best.points, best.facts, penalty)


Way = tuple[CriterionGain, ...]
"""Steps that together reach a star."""


def next_star(spec: SchemeSpec, star: int) -> int | None:
    """The lowest star above ``star`` that the scheme has; under the rule ``areas`` one more area."""
    if spec.rule == "areas":
        return star + 1 if star < sum(area.kind == "base" for area in spec.areas) else None
    return min((line.star for line in spec.stars if line.star > star), default=None)


def cheapest_ways(standing: Standing, star: int) -> list[Way]:
    """Up to ``MOST_WAYS`` different ways to ``star``, the cheapest first; none if points alone cannot reach it."""
    first = cheapest_way(standing, star)
    if not first:
        return []
    ways = {frozenset(step.criterion.code for step in first): first}
    for step in first:
        other = cheapest_way(standing, star, without={step.criterion.code})
        if other:
            ways.setdefault(frozenset(one.criterion.code for one in other), other)
    return sorted(ways.values(), key=_cost)[:MOST_WAYS]


def cheapest_way(standing: Standing, star: int, *, without: Collection[str] = ()) -> Way | None:
    """A way over few criteria, none of them in ``without``; None if there is none."""
    if standing.spec.rule == "areas":
        return _enough_areas(standing, _open_areas(standing), star, None, without)
    line = next((line for line in standing.spec.stars if line.star == star), None)
    if line is None:
        return None
    if standing.spec.rule == "core":
        return _by_core(standing, line, without)
    return _by_lines(standing, line, without)


def _cost(way: Way) -> tuple[int, Decimal]:
    return len(way), -exact_sum(step.gain for step in way)


def _open_areas(standing: Standing) -> list[Area]:
    """The base areas whose own star no veto bars."""
    bars = [veto.bars for veto in standing.spec.vetoes if veto.code in standing.barred]
    base = [area for area in standing.spec.areas if area.kind == "base"]
    return [area for area in base if not any(codes == "all" or area.code in codes for codes in bars)]


def _by_core(standing: Standing, line: StarLine, without: Collection[str]) -> Way | None:
    base = [area for area in standing.spec.areas if area.kind == "base"]
    way: Way = ()
    for area in base:
        if area.core and line.core == "all":
            more = _area_reaches(standing, area, area.line, None, without)
            if more is None:
                return None
            way += more
    others = _enough_areas(standing, [area for area in base if not area.core], line.others, None, without)
    return None if others is None else way + others


def _enough_areas(
    standing: Standing, areas: Iterable[Area], needed: int, line: StarLine | None, without: Collection[str]
) -> Way | None:
    """At least ``needed`` of ``areas`` at their own line."""
    ways = [_area_reaches(standing, area, area.line, line, without) for area in areas]
    cheapest = sorted((way for way in ways if way is not None), key=_cost)
    return None if len(cheapest) < needed else tuple(step for way in cheapest[:needed] for step in way)


def _area_reaches(
    standing: Standing, area: Area, needs: Decimal | None, line: StarLine | None, without: Collection[str]
) -> Way | None:
    """The fewest criteria with which a base area reaches ``needs``: the largest gains first."""
    way: Way = ()
    for step in [None, *_gains(standing, line, without, area)]:
        way += (step,) if step else ()
        if standing.after(way).area(area) >= (needs or 0):
            return way
    return None


def _by_lines(standing: Standing, line: StarLine, without: Collection[str]) -> Way | None:
    """What the line asks of single criteria, then of its areas, then what the total still lacks."""
    way = _named(standing, line, without)
    if way is None:
        return None
    for area in standing.spec.areas:
        if area.code in line.areas:
            more = _area_reaches(
                standing.after(way), area, line.areas[area.code] * area.full, line, {*without, *_codes(way)}
            )
            if more is None:
                return None
            way += more
    for kinds in (("base", "penalty"), ("bonus",)):  # a bonus is earned beyond the duties
        for step in _gains(standing, line, {*without, *_codes(way)}):
            if _total_holds(standing.after(way), line):
                return way
            if (
                standing.kind(step.criterion) in kinds
                and standing.after((*way, step)).total > standing.after(way).total
            ):
                way += (step,)
    return way if _total_holds(standing.after(way), line) else None


def _codes(way: Way) -> set[str]:
    return {step.criterion.code for step in way}


def _named(standing: Standing, line: StarLine, without: Collection[str]) -> Way | None:
    """The criteria that the line names and that fall short in points or figure."""
    way: Way = ()
    for criterion in standing.criteria:
        needs, wanted = line.criteria.get(criterion.code), line.figures.get(criterion.code)
        has = standing.points.get(criterion.code, Decimal(0))
        if (needs is None or has >= needs) and figure_holds(wanted, standing.figures.get(criterion.code)):
            continue
        step = None if criterion.code in without else standing.step(criterion, line)
        if step is None or (needs is not None and step.reaches < needs):
            return None
        way += (step,)
    return way


def _total_holds(standing: Standing, line: StarLine) -> bool:
    total = standing.total
    return (line.total is None or total >= line.total) and (line.over is None or total > line.over)


def _gains(
    standing: Standing, line: StarLine | None, without: Collection[str], area: Area | None = None
) -> list[CriterionGain]:
    """Every step that gains points, the largest gain first; a penalty that the line names stays as it is."""
    kept = {*without, *(standing.spec.penalties & {*line.criteria, *line.figures} if line else ())}
    chosen = (c for c in standing.criteria if c.code not in kept and (area is None or c in area.criteria))
    steps = [step for c in chosen if (step := standing.step(c, line)) is not None and step.gain > 0]
    return sorted(steps, key=lambda step: -step.gain)
