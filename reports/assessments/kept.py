"""An assessment that is kept: its formula as it was written, and its figures, calculated or frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from ratings.scheme.reading import parse
from reports.assessments.assessment import assess
from reports.assessments.behind import VillageGround, villages_behind
from reports.assessments.figure import written_term
from reports.assessments.spec import AssessmentSpec, Term
from reports.assessments.terms import Ground
from reports.models import Assessment
from villages.models import Unit


def spec_of(assessment: Assessment) -> AssessmentSpec:
    """The formula; it was checked when it was written."""
    return AssessmentSpec.model_validate(parse(assessment.formula.encode()))


def last_year(spec: AssessmentSpec) -> AssessmentSpec:
    """The same formula, a year earlier."""
    try:
        day = spec.on.replace(year=spec.on.year - 1)
    except ValueError:
        day = date(spec.on.year - 1, 2, 28)
    return spec.model_copy(update={"on": day, "year": spec.year - 1})


def calculated(spec: AssessmentSpec) -> list[dict[str, Any]]:
    """The units with their terms and figures, as written."""
    return [one.written() for one in assess(spec)]


@dataclass(frozen=True)
class TermValue:
    """A term of one unit: ``points`` are weight × value, ``lost`` what is missing to the weight."""

    term: Term
    value: Decimal

    @property
    def points(self) -> Decimal:
        return self.term.weight * self.value

    @property
    def lost(self) -> Decimal:
        return self.term.weight - self.points


@dataclass(frozen=True)
class AssessedPlace:
    unit: Unit
    figure: Decimal
    terms: list[TermValue]
    villages: int


class AssessmentFigures:
    """What pages and workbooks show of an assessment; the same whether it is frozen or follows the register.
    ``freezing``: ``to_freeze`` is asked, too."""

    def __init__(self, assessment: Assessment, *, freezing: bool = False) -> None:
        self.assessment = assessment
        self.freezing = freezing

    @cached_property
    def spec(self) -> AssessmentSpec:
        return spec_of(self.assessment)

    @property
    def frozen(self) -> dict[str, Any] | None:
        return self.assessment.figures

    @cached_property
    def _ground(self) -> Ground:
        return Ground(self.spec, self._each.villages if self.freezing else None)

    @cached_property
    def _each(self) -> VillageGround:
        return VillageGround(self.spec, self.spec.unit)

    @cached_property
    def units(self) -> list[dict[str, Any]]:
        return self.frozen["units"] if self.frozen else [one.written() for one in assess(self.spec, self._ground)]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many villages each unit had."""
        if self.frozen:
            return self.frozen["counts"]
        return {place: self._ground.villages.counted[place] for place in self._ground.places}

    @cached_property
    def places(self) -> list[AssessedPlace]:
        """All units assessed, by code."""
        known = Unit.objects.in_bulk([one["unit"] for one in self.units])
        return [_place(one, known[one["unit"]], self.counts.get(one["unit"], 0), self.spec) for one in self.units]

    def to_freeze(self) -> dict[str, Any]:
        """Everything that a decision freezes: the figures, how many villages each unit had, and what each village
        added."""
        behind = {term.code: villages_behind(self._each, term) for term in self.spec.terms}
        written = {
            code: {village: written_term(value) for village, value in values.items()} for code, values in behind.items()
        }
        return {"units": self.units, "counts": self.counts, "villages": written}

    def place(self, code: str) -> AssessedPlace | None:
        return next((one for one in self.places if one.unit.code == code), None)

    def term(self, code: str) -> Term | None:
        return next((term for term in self.spec.terms if term.code == code), None)

    def villages_of(self, place: str) -> list[tuple[Unit, list[tuple[Term, Decimal]]]]:
        """The villages below ``place``, by code, each with what it adds to the terms that rest on it."""
        adds: dict[str, list[tuple[Term, Decimal]]] = {}
        for term, values in self._behind(self.spec.terms, place):
            for code, value in values.items():
                adds.setdefault(code, []).append((term, value))
        known = Unit.objects.in_bulk(list(adds))
        return [(known[code], adds[code]) for code in sorted(adds)]

    def villages(self, term: Term, place: str) -> list[tuple[Unit, Decimal]]:
        """What each village below ``place`` adds to the term, least first."""
        ((_term, values),) = self._behind([term], place)
        known = Unit.objects.in_bulk(list(values))
        return sorted(((known[code], value) for code, value in values.items()), key=lambda row: (row[1], row[0].code))

    def _behind(self, terms: Iterable[Term], place: str) -> Iterator[tuple[Term, dict[str, Decimal]]]:
        """By term and code, what each village below ``place`` adds."""
        if self.frozen:
            for term in terms:
                kept = self.frozen["villages"].get(term.code, {})
                yield term, {code: Decimal(value) for code, value in kept.items() if code.startswith(place)}
            return
        ground = VillageGround(self.spec, place)
        for term in terms:
            behind = villages_behind(ground, term)
            yield term, {code: Decimal(written_term(value)) for code, value in behind.items()}


def _place(written: dict[str, Any], unit: Unit, villages: int, spec: AssessmentSpec) -> AssessedPlace:
    terms = [TermValue(term, Decimal(written["terms"][term.code])) for term in spec.terms]
    return AssessedPlace(unit, Decimal(written["figure"]), terms, villages)
