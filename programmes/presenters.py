"""What the pages of programmes show one reader."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.facts import FactAsked, FactsOfUnit
from programmes.grading import counts
from programmes.models import CycleState, ProgrammeCycle, ProgrammeResult
from programmes.models.lifecycle import VIEW_APPLICATION
from ratings.allowance.shortfall import why_words, written_short
from ratings.scheme.spec import Area, Criterion, SchemeSpec
from ratings.scheme.wording import supplier_words
from records.numbers import plain
from villages.townships import Townships


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


class ListedUnit(NamedTuple):
    """A unit as plain values, so that equal ones are rendered once: how far its application (``begun``, ``sent``) has
    what the programme reads there, and what is missing of the programme's own questions."""

    code: str
    name: str
    place: str
    begun: bool
    sent: bool
    unfit: str
    shared_missing: int
    asked_missing: int


def listed(units: Iterable[FactsOfUnit]) -> list[ListedUnit]:
    townships, rows = Townships(), []
    for known in units:
        sheet = FactSheet(known)
        rows.append(
            ListedUnit(
                code=known.unit.code,
                name=known.unit.name,
                place=townships.above(known.unit.code),
                begun=known.application is not None,
                sent=known.is_sent,
                unfit=known.unfit,
                shared_missing=sheet.shared_missing,
                asked_missing=sheet.asked_missing,
            )
        )
    return rows


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


def hides_application(known: FactsOfUnit, user: User | None = None) -> bool:
    """Whether what the application says is kept from the reader (None: the public) until its result is released."""
    may_open = user is not None and known.application and user.has_perm(VIEW_APPLICATION, known.application)
    return not known.is_released and not may_open


@dataclass(frozen=True)
class ScoredCriterion:
    """``hidden``: its points follow from facts that the reader may not know yet; neither is shown."""

    criterion: Criterion
    points: str
    facts: list[KnownFact]
    hidden: bool = False

    @property
    def source(self) -> str:
        """Where its facts stood, if they all stood in one place."""
        found = {fact.source for fact in self.facts}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True)
class ScoredArea:
    """``points`` is empty where those of a criterion are hidden."""

    area: Area
    points: str
    criteria: list[ScoredCriterion] = field(default_factory=list)


class ResultPage:
    """Why a unit has its grade: every criterion with its facts and points, and what is short of the next grade."""

    def __init__(self, result: ProgrammeResult, spec: SchemeSpec, known: FactsOfUnit, user: User | None = None) -> None:
        """``known``: where the unit stands now; ``user``: who reads, None for the public."""
        self.result, self.spec, self.public = result, spec, user is None
        self.hides_application = hides_application(known, user)
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
        return [self._area(area) for area in self.spec.areas]

    @cached_property
    def _fitting(self) -> tuple[Criterion, ...]:
        return self.spec.fitting(self.result.basis["tags"])

    def _area(self, area: Area) -> ScoredArea:
        points = "" if area.code in self._hidden else self.found["areas"].get(area.code, "0.00")
        return ScoredArea(area, points, list(self._criteria(area)))

    def _criteria(self, area: Area) -> Iterator[ScoredCriterion]:
        for criterion in self._fitting:
            if criterion not in area.criteria:
                continue
            if criterion.code in self._hidden:
                yield ScoredCriterion(criterion, "", [], hidden=True)
            else:
                yield ScoredCriterion(criterion, self.found["criteria"][criterion.code], list(self._facts(criterion)))

    @cached_property
    def _hidden(self) -> set[str]:
        """The codes of the criteria that rest on an answer of the application, and of their areas, where that is kept
        from the reader."""
        if not self.hides_application or not self.found:
            return set()
        facts = self.result.basis["facts"]
        there = {item for item, (_value, source) in facts.items() if source == "application"}
        hidden = {one.code for one in self._fitting if there.intersection(one.needs)}
        return hidden | {area.code for area in self.spec.areas if any(c.code in hidden for c in area.criteria)}

    @property
    def hides_points(self) -> bool:
        return bool(self._hidden)

    def _facts(self, criterion: Criterion) -> Iterator[KnownFact]:
        sources = {
            "application": _("from the application"),
            "review": _("found in the review"),
            "village": _("answered for the programme"),
            "office": _("answered by an office"),
        }
        for question in criterion.questions:
            value, source = self.result.basis["facts"].get(question.item, (None, ""))
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
        barring = [one for one in rows if self.public and one["why"].startswith("bar.")]
        told = [one for one in rows if one not in barring and not self._hides(one)]
        words = [why_words(self.spec, written_short(one)) for one in told]
        return [*words, _("a veto item bars it")] if barring else words

    def _hides(self, short: dict[str, Any]) -> bool:
        """Whether it says how many points a hidden criterion or its area has."""
        _kind, _dot, code = short["why"].partition(".")
        return not self._hidden.isdisjoint((code, short["star"])) or (short["why"] == "others" and bool(self._hidden))

    @property
    def missing(self) -> list[str]:
        """What was missing, in words."""
        names = {
            question.item: question_words(c, question.name) for c in self.spec.criteria for question in c.questions
        }
        return [names.get(item, item) for item in self.result.missing]


def results_in_words(cycle: ProgrammeCycle) -> list[tuple[str, int]]:
    """How the published or confirmed results are spread."""
    if cycle.state not in CycleState.KEPT:
        return []
    judged = ExpressionWrapper(Q(found__isnull=False), BooleanField())
    return grades_in_words(counts(cycle.results.values_list("grade", judged)))
