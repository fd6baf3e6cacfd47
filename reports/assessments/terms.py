"""The value of each term for each unit, from 0 to 1 and exact (formats §9)."""

from collections.abc import Callable
from fractions import Fraction

from ratings.below import values
from ratings.below.values import Values
from ratings.below.villages import VillagesBelow
from reports.assessments import sources
from reports.assessments.places import LENGTHS, place_codes
from reports.assessments.spec import AssessmentSpec, NoEvent, OnTime, ShareAtLeast, Term, Typed


class Ground:
    """What several terms of one assessment share, queried once; ``places``: the units that have villages, in order."""

    def __init__(self, spec: AssessmentSpec, each: VillagesBelow | None = None):
        """``each``: its villages, where what they add is read as well."""
        self.spec = spec
        self.villages = VillagesBelow(spec.unit, spec.on, LENGTHS[spec.assesses], each)
        known = place_codes(spec.unit, spec.assesses)
        self.places = [place for place in self.villages.counted if place in known]

    def everywhere(self, value: int) -> Values:
        return dict.fromkeys(self.places, Fraction(value))


def share_at_least(ground: Ground, term: ShareAtLeast) -> Values:
    return values.share_at_least(ground.villages, term.star)


def improved(ground: Ground, _term: Term) -> Values:
    risen = values.summed((place, n) for place, star, before, n in ground.villages.stars if star > before)
    return values.shares(ground.villages, risen)


def mean_points(ground: Ground, _term: Term) -> Values:
    return values.mean_points(ground.villages)


def on_time(ground: Ground, term: OnTime) -> Values:
    rows = sources.step(ground.villages, ground.spec.year, term.step)
    return ground.everywhere(1) | {place: Fraction(in_time, due) for place, due, in_time in rows}


def no_event(ground: Ground, term: NoEvent) -> Values:
    return values.no_event(ground.villages, term.events, ground.spec.year)


def plans_done(ground: Ground, _term: Term) -> Values:
    had = {place: Fraction(passed, due) for place, due, passed in sources.plans(ground.villages, ground.spec.year)}
    return ground.everywhere(1) | had


def closed_warnings(ground: Ground, _term: Term) -> Values:
    had = {place: Fraction(closed, due) for place, due, closed in sources.warnings(ground.villages, ground.spec.year)}
    return ground.everywhere(1) | had


def own_star(ground: Ground, _term: Term) -> Values:
    held = {place: Fraction(star, most) for place, star, most in sources.own_stars(ground.villages) if most}
    return {place: min(held.get(place, Fraction(0)), Fraction(1)) for place in ground.places}


def typed(ground: Ground, term: Typed) -> Values:
    return {place: Fraction(ground.spec.values[term.code][place]) for place in ground.places}


TERMS: dict[str, Callable[[Ground, Term], Values]] = {
    "share_at_least": share_at_least,
    "improved": improved,
    "mean_points": mean_points,
    "on_time": on_time,
    "no_event": no_event,
    "plans_done": plans_done,
    "closed_warnings": closed_warnings,
    "own_star": own_star,
    "typed": typed,
}
