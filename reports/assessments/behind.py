"""The villages behind the terms of an assessment: what each of them adds to its unit's value."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ratings.below.villages import VillagesBelow
from reports.assessments import sources
from reports.assessments.spec import AssessmentSpec, Term
from reports.assessments.terms import TERMS, Ground
from villages.models import CODE_LENGTHS

VILLAGE_DIGITS = CODE_LENGTHS[-1]
DUE: dict[str, Callable[[VillagesBelow, int, Any], list[tuple[str, int, int]]]] = {
    "on_time": lambda villages, year, term: sources.step(villages, year, term.step),
    "plans_done": lambda villages, year, _term: sources.plans(villages, year),
    "closed_warnings": lambda villages, year, _term: sources.warnings(villages, year),
}
"""Terms that count what was due: a village where nothing was due adds nothing."""
NOT_OF_VILLAGES = frozenset({"typed", "own_star"})


class VillageGround(Ground):
    """Every village below ``place`` as if it were assessed itself."""

    def __init__(self, spec: AssessmentSpec, place: str):
        self.spec = spec
        self.villages = VillagesBelow(place, spec.on, VILLAGE_DIGITS)
        self.places = list(self.villages.counted)


def villages_behind(ground: VillageGround, term: Term) -> dict[str, Fraction]:
    """By code, in order, what each village of ``ground`` adds: 0 to 1."""
    if term.takes in NOT_OF_VILLAGES:
        return {}
    if due := DUE.get(term.takes):
        rows = due(ground.villages, ground.spec.year, term)
        return {village: Fraction(done, of) for village, of, done in sorted(rows)}
    values = TERMS[term.takes](ground, term)
    return {village: values.get(village, Fraction(0)) for village in ground.places}
