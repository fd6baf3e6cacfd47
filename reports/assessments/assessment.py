"""A calculated assessment: each unit with the values of its terms and its figure; nothing is saved (formats §9)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reports.assessments.figure import figure, written_figure, written_term
from reports.assessments.spec import AssessmentSpec
from reports.assessments.terms import TERMS, Ground


@dataclass(frozen=True)
class Assessed:
    """A unit with exact values: ``terms`` by code, in the order of the file."""

    unit: str
    terms: dict[str, Fraction]
    figure: Fraction

    def written(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "terms": {code: written_term(value) for code, value in self.terms.items()},
            "figure": written_figure(self.figure),
        }


def assess(spec: AssessmentSpec, ground: Ground | None = None) -> list[Assessed]:
    """The units of the assessed level that have villages, by code in order."""
    ground = ground or Ground(spec)
    values = {term.code: TERMS[term.takes](ground, term) for term in spec.terms}
    weights = {term.code: term.weight for term in spec.terms}
    rows = {place: {code: by_place[place] for code, by_place in values.items()} for place in ground.places}
    return [Assessed(place, terms, figure(weights, terms)) for place, terms in rows.items()]
