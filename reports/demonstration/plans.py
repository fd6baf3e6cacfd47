"""The plan for each village in a year: how good it is, how much it overstates, and how far its application has come."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from ratings.scheme.spec import Criterion, SchemeSpec
from reports.demonstration.chance import chance
from reports.demonstration.facts import POINT, Facts, facts, luck_of, quality_for, total
from villages.models import Unit


class Phase(IntEnum):
    """How far an application has come; each phase includes the earlier ones."""

    NONE = 0
    DRAFT = 1
    COMPLETE = 2  # every question answered, not yet signed
    SUBMITTED = 3
    ACCEPTED = 4
    HALF_SCORED = 5
    SCORED = 6
    DECIDED = 7
    NOTICE = 8
    CONFIRMED = 9


@dataclass
class YearPlan:
    """``truth``: the actual facts; ``claims``: the village's answers, at least as good. ``star``: its aim.

    ``points``: the points of the truth. ``phase``: how far it has come; ``county``: how far at the county, if the
    township recommends it. ``returned``: sent back with questions; ``apart``: its reviewers differ widely.
    """

    unit: Unit
    criteria: tuple[Criterion, ...]
    truth: Facts
    claims: Facts
    star: int
    points: Decimal
    phase: Phase = Phase.CONFIRMED
    county: Phase = Phase.CONFIRMED
    returned: bool = False
    apart: bool = False


def plan(unit: Unit, spec: SchemeSpec, year: int) -> YearPlan:
    criteria = spec.fitting(unit.tags)
    lucks = luck_of(criteria, "weak spots", unit.code)
    quality = quality_for(spec, criteria, lucks, target(unit.code, spec, year))
    proud = chance("pride", unit.code)  # who overstates does so every year
    more = proud.uniform(8, 30) if proud.random() < 0.12 else chance("pride", unit.code, year).uniform(0, 2.5)
    truth = facts(spec, criteria, lucks, quality)
    claims = facts(spec, criteria, lucks, min(1.0, quality + more * POINT))
    star = star_for(spec, total(spec, criteria, claims) + 1)
    return YearPlan(unit, criteria, truth, claims, star, total(spec, criteria, truth))


LEAP = 18
LINES = ((5, 0.1), (4, 0.25), (3, 0.36), (2, 0.2), (1, 0.09))
"""How many villages are near the line of each star."""


def target(code: str, spec: SchemeSpec, year: int) -> float:
    """The total a village aims at: near a star line, and a little better or worse from year to year."""
    draw = chance("standing", code)
    star = draw.choices([star for star, _share in LINES], [share for _star, share in LINES])[0]
    star = min(star, max(line.star for line in spec.stars))
    lowest = next(float(line.total or line.over or 50) for line in spec.stars if line.star == star)
    drift = sum(_step(code, one) for one in range(2024, year + 1)) - sum(
        _step(code, one) for one in range(year + 1, 2024)
    )
    return min(99.0, max(45.0, lowest, 50.0) + draw.uniform(-0.5, 5.0) + drift)


def _step(code: str, year: int) -> float:
    """From the year before to ``year``; a few leap, which becomes a lead for inspectors."""
    draw = chance("year", code, year)
    return draw.gauss(0.4, 1.6) + (LEAP if draw.random() < 0.02 else 0)


def star_for(spec: SchemeSpec, points: Decimal) -> int:
    """The star that a village aims at when it expects ``points``."""
    reached = [line.star for line in spec.stars if points >= (line.total if line.total is not None else line.over)]
    return max(reached, default=min(line.star for line in spec.stars))
