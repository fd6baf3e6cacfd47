"""What the pages of programmes show one reader."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from programmes.facts import FactAsked, FactsOfUnit
from programmes.grading import counts
from programmes.models import CycleState, ProgrammeCycle, ProgrammeResult
from ratings.allowance.allowed_star import Short
from ratings.allowance.shortfall import why_words
from ratings.scheme.spec import Area, Criterion, SchemeSpec
from ratings.scheme.wording import supplier_words
from records.numbers import plain


def grade_name(grade: int | None) -> str:
    return _("grade %s") % grade if grade else _("no grade")


def grades_in_words(found: dict[str, Any]) -> list[tuple[str, int]]:
    """How many have each grade, and how many could not be judged (``programmes.grading.counts``)."""
    rows = [(grade_name(grade), number) for grade, number in found["grades"]]
    return [*rows, (_("something is missing"), found["incomplete"])] if found["incomplete"] else rows


@dataclass(frozen=True)
class KnownFact:
    """One question with its answer, as a page shows it."""

    name: str
    answer: str
    source: str
    problem: str = ""
    reason: str = ""


@dataclass
class FactSheet:
    """The facts of a unit under the areas of the scheme: those that its application holds already."""

    known: FactsOfUnit

    @cached_property
    def shared(self) -> list[KnownFact]:
        return [_shown(one) for one in self.known.facts if one.is_shared]

    @property
    def shared_missing(self) -> int:
        return sum(one.is_shared for one in self.known.missing)

    @property
    def asked_missing(self) -> int:
        return len(self.known.missing) - self.shared_missing


def _shown(fact: FactAsked) -> KnownFact:
    value = fact.answer.value if fact.answer else None
    return KnownFact(
        name=question_words(fact.criterion, fact.question.name),
        answer=_answer(fact.question.kind, value),
        source=_("found in the review") if fact.source == "review" else supplier_of(fact),
        problem=fact.problem,
    )


def supplier_of(fact: FactAsked) -> str:
    return fact.supplied_by or supplier_words(fact.criterion.supplier)


def question_words(criterion: Criterion, name: str) -> str:
    """A question in one line: its criterion, and what is asked where that says more."""
    head = f"{criterion.code} {criterion.name}"
    return f"{head}{_(': ')}{name}" if name and name != criterion.name else head


def _answer(kind: str, value: Decimal | None) -> str:
    if value is None:
        return "—"
    if kind == "tick":
        return _("Yes") if value else _("No")
    return plain(value)


@dataclass(frozen=True)
class ScoredCriterion:
    criterion: Criterion
    points: str
    facts: list[KnownFact]

    @property
    def source(self) -> str:
        """Where its facts stood, if they all stood in one place."""
        found = {fact.source for fact in self.facts}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True)
class ScoredArea:
    area: Area
    points: str
    criteria: list[ScoredCriterion] = field(default_factory=list)


class ResultPage:
    """Why a unit has its grade: every criterion with its facts and points, and what is short of the next grade."""

    def __init__(
        self, result: ProgrammeResult, spec: SchemeSpec, *, public: bool = False, released: bool = True
    ) -> None:
        """``released``: whether the result of the unit's application is out; before, the public sees none of it."""
        self.result, self.spec, self.public = result, spec, public
        self.hides_application = public and not released
        self.found: dict[str, Any] = result.found or {}

    @property
    def grade(self) -> str:
        return grade_name(self.result.grade)

    @property
    def full(self) -> str:
        return plain(sum(area.full for area in self.spec.areas if area.kind == "base"))

    @cached_property
    def areas(self) -> list[ScoredArea]:
        """Empty where nothing could be judged."""
        if not self.found:
            return []
        fitting = self.spec.fitting(self.result.basis["tags"])
        return [
            ScoredArea(area, self.found["areas"].get(area.code, "0.00"), list(self._criteria(area, fitting)))
            for area in self.spec.areas
        ]

    def _criteria(self, area: Area, fitting: Iterable[Criterion]) -> Iterator[ScoredCriterion]:
        for criterion in fitting:
            if criterion in area.criteria:
                yield ScoredCriterion(criterion, self.found["criteria"][criterion.code], list(self._facts(criterion)))

    def _facts(self, criterion: Criterion) -> Iterator[KnownFact]:
        sources = {
            "application": _("from the application"),
            "review": _("found in the review"),
            "village": _("answered for the programme"),
            "office": _("answered by an office"),
        }
        for question in criterion.questions:
            value, source = self.result.basis["facts"].get(question.item, (None, ""))
            if source == "application" and self.hides_application:
                continue
            answer = _answer(question.kind, None if value is None else Decimal(value))
            yield KnownFact(question.name or criterion.name, answer, sources.get(source, ""))

    @property
    def barred(self) -> list[str]:
        """The veto items in force; the public is not told who was disciplined."""
        there = () if self.public else self.found.get("barred", ())
        return [f"{veto.code} {veto.name}" for veto in self.spec.vetoes if veto.code in there]

    @property
    def next_grade(self) -> int | None:
        """The lowest grade above the one that it has."""
        above = [one["star"] for one in self.found.get("short", ()) if isinstance(one["star"], int)]
        return min((star for star in above if star > self.result.grade), default=None)

    @property
    def next_grade_name(self) -> str:
        return grade_name(self.next_grade)

    @property
    def short(self) -> list[str]:
        """What keeps it from the next grade, in words; where each area has a line of its own, what each is short of."""
        wanted = self.next_grade
        rows = [one for one in self.found.get("short", ()) if wanted is None or one["star"] == wanted]
        told = [one for one in rows if not (self.public and one["why"].startswith("bar."))]
        words = [why_words(self.spec, Short(one["star"], one["why"], *_values(one))) for one in told]
        return words if len(told) == len(rows) else [*words, _("a veto item bars it")]

    @property
    def missing(self) -> list[str]:
        """What was missing, in words."""
        names = {
            question.item: question_words(c, question.name) for c in self.spec.criteria for question in c.questions
        }
        return [names.get(item, item) for item in self.result.missing]


def _values(short: dict[str, Any]) -> tuple[Any, Any]:
    """``has`` and ``needs`` as numbers; ranks and numbers of areas are whole."""
    kind = int if short["why"] in ("top", "others") else Decimal
    return tuple(None if short[name] is None else kind(Decimal(short[name])) for name in ("has", "needs"))


def results_in_words(cycle: ProgrammeCycle) -> list[tuple[str, int]]:
    """How the published or confirmed results are spread."""
    return grades_in_words(counts(cycle.results.only("grade", "found"))) if cycle.state in CycleState.KEPT else []
