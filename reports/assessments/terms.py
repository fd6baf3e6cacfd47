"""The value of each term for each unit, from 0 to 1 and exact (formats §9)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cached_property

from reports.assessments import sources
from reports.assessments.places import villages_of_places
from reports.assessments.spec import AssessmentSpec, NoEvent, OnTime, ShareAtLeast, Term, Typed

Values = dict[str, Fraction]
"""By the code of a place."""


class Ground:
    """What several terms of one assessment share, queried once."""

    def __init__(self, spec: AssessmentSpec):
        self.spec = spec
        self.villages = villages_of_places(spec.unit, spec.assesses, spec.on)

    @cached_property
    def stars(self) -> list[tuple[str, int, int, int]]:
        return sources.stars(self.spec)

    def shares(self, counted: Mapping[str, int | Fraction]) -> Values:
        """The counts of each unit as a share of its villages."""
        return {place: Fraction(counted.get(place, 0)) / villages for place, villages in self.villages.items()}

    def everywhere(self, value: int) -> Values:
        return dict.fromkeys(self.villages, Fraction(value))


def _summed(rows: Iterable[tuple[str, int | Fraction]]) -> dict[str, int | Fraction]:
    sums: dict[str, int | Fraction] = defaultdict(int)
    for place, number in rows:
        sums[place] += number
    return sums


def share_at_least(ground: Ground, term: ShareAtLeast) -> Values:
    return ground.shares(_summed((place, n) for place, star, _before, n in ground.stars if star >= term.star))


def improved(ground: Ground, _term: Term) -> Values:
    return ground.shares(_summed((place, n) for place, star, before, n in ground.stars if star > before))


def mean_points(ground: Ground, _term: Term) -> Values:
    rows = sources.points(ground.spec)
    return ground.shares(_summed((place, Fraction(total) / Fraction(full)) for place, full, total in rows if full))


def on_time(ground: Ground, term: OnTime) -> Values:
    kept = {place: Fraction(in_time, due) for place, due, in_time in sources.step(ground.spec, term.step)}
    return ground.everywhere(1) | {place: value for place, value in kept.items() if place in ground.villages}


def no_event(ground: Ground, term: NoEvent) -> Values:
    had = ground.shares(dict(sources.events(ground.spec, term.events)))
    return {place: 1 - share for place, share in had.items()}


def none_due(ground: Ground, _term: Term) -> Values:
    """There is no source of improvement plans yet: none was due, so all were done."""
    return ground.everywhere(1)


def closed_warnings(ground: Ground, _term: Term) -> Values:
    had = {place: Fraction(closed, due) for place, due, closed in sources.warnings(ground.spec)}
    return ground.everywhere(1) | had


def own_star(ground: Ground, _term: Term) -> Values:
    held = {place: Fraction(star, most) for place, star, most in sources.own_stars(ground.spec) if most}
    return {place: min(held.get(place, Fraction(0)), Fraction(1)) for place in ground.villages}


def typed(ground: Ground, term: Typed) -> Values:
    return {place: Fraction(ground.spec.values[term.code][place]) for place in ground.villages}


TERMS: dict[str, Callable[[Ground, Term], Values]] = {
    "share_at_least": share_at_least,
    "improved": improved,
    "mean_points": mean_points,
    "on_time": on_time,
    "no_event": no_event,
    "plans_done": none_due,
    "closed_warnings": closed_warnings,
    "own_star": own_star,
    "typed": typed,
}
