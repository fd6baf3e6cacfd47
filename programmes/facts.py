"""The facts by which a programme judges a unit: those of its ordinary application, and what only the programme asks.

A question is shared where the application's scheme asks the same under the same code: its answer stands there alone and
is read here, so that it is typed once and never differs. Once the result of the application is out, what its review
found counts instead. Everything else is asked by the programme's own short form.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from programmes.models import ProgrammeAnswer, ProgrammeCycle
from ratings.allowance.reviewed import found_in_review
from ratings.application.questions import by_village, department, is_computed
from ratings.disclosure import told
from ratings.models import Answer, Application, Scheme, Veto
from ratings.scheme.spec import Criterion, Judged, NoSingleVariant, Question, SchemeSpec, VetoSpec
from ratings.scoring.methods import WrongFact, check_fact
from ratings.scoring.unit_facts import UnitFacts
from villages.models import Unit, below, prefixes

State = Application.State
Source = Literal["application", "review", "village", "office"]
"""Where a fact stands: in the ordinary application or its review, or in the programme's form of unit or offices."""


class Given(NamedTuple):
    """An answer: of an application, its review, or the programme's form."""

    value: Decimal | None
    typed: str = ""
    reason: str = ""


Waiting = Mapping[str, Collection[Source]]
"""By unit, who is to answer something: the unit, an office."""


class FactAsked(NamedTuple):
    """One question of the programme to one unit, with what is known. ``problem``: a shared answer that it cannot take.

    ``supplied_by``: the department whose figure it is, "" for the unit's own. ``also_there``: the ordinary scheme asks
    the same, of whomever.
    """

    criterion: Criterion
    question: Question
    source: Source
    supplied_by: str = ""
    also_there: bool = False
    answer: Given | None = None
    problem: str = ""

    def with_answer(
        self, shared: Mapping[str, Given], own: Mapping[str, Given], found: Mapping[str, Decimal]
    ) -> "FactAsked":
        item = self.item
        if self.also_there and item in found:
            return self._given(Given(found[item]), "review")
        return self._given((shared if self.is_shared else own).get(item), self.source)

    def _given(self, answer: Given | None, source: Source) -> "FactAsked":
        if answer is None:
            return self
        problem = ""
        if answer.value is not None:
            try:
                check_fact(self.criterion, self.question, answer.value)
            except WrongFact as wrong:
                problem = _("Expected: %s.") % wrong.expected
        return self._replace(source=source, answer=answer, problem=problem)

    @property
    def item(self) -> str:
        return self.question.item

    @property
    def value(self) -> Decimal | None:
        return None if self.problem or self.answer is None else self.answer.value

    @property
    def awaits_review(self) -> bool:
        """The reviewers of the application are to find it: it is asked here only where they will not."""
        return self.also_there and self.source == "office"

    @property
    def is_shared(self) -> bool:
        return self.source in ("application", "review")


@dataclass
class FactsOfUnit:
    """What is known of one unit. ``facts`` is empty where no single variant of a criterion fits it (``unfit``: which).

    ``application``: the ordinary one of the year, None if there is none yet.
    """

    unit: Unit
    tags: Collection[str]
    application: Application | None = None
    facts: list[FactAsked] = field(default_factory=list)
    unfit: str = ""
    vetoes: set[tuple[str, date]] = field(default_factory=set)

    @property
    def scheme_id(self) -> int | None:
        return self.application.cycle.scheme_id if self.application else None

    @cached_property
    def missing(self) -> list[FactAsked]:
        return [one for one in self.facts if one.value is None]

    @property
    def asked(self) -> list[FactAsked]:
        """What only the programme asks."""
        return [one for one in self.facts if not one.is_shared]

    @staticmethod
    def asked_now(facts: Iterable[FactAsked]) -> set[Source]:
        """Who is to answer those of ``facts`` that no application and no review of one will give."""
        return {one.source for one in facts if not one.is_shared and not one.awaits_review}

    @property
    def is_sent(self) -> bool:
        """Whether the unit stands by its application: a draft may still change, a rejected one counts for nothing."""
        return self.application is not None and self.application.state not in State.OUT_OF_THE_RUNNING

    @property
    def is_complete(self) -> bool:
        return self.is_sent and not self.unfit and not self.missing

    @property
    def is_released(self) -> bool:
        """Whether the result of its application is out: only then what reviewers and departments found may be told."""
        return self.application is not None and self.application.state in State.STAR_PUBLISHED

    @property
    def rests_on_unreviewed(self) -> bool:
        """Whether a figure of its application counts that no released review has looked at."""
        return not self.is_released and any(one.source == "application" and one.value is not None for one in self.facts)

    def for_scoring(self) -> UnitFacts:
        """As a facts file would say it (formats §2)."""
        values = {one.item: one.value for one in self.facts if one.value is not None}
        return UnitFacts(values, set(self.tags), self.vetoes)


def facts_of(cycle: ProgrammeCycle, units: Iterable[Unit]) -> dict[str, FactsOfUnit]:
    """What is known of each of ``units``, by code in their order; the same few queries for one and for thousands."""
    units = list(units)
    rows = Application.objects.filter(unit__in=units, cycle__year=cycle.year, cycle__scheme__rates=cycle.rates)
    applications = latest(rows.select_related("cycle").order_by("cycle"))
    shared: dict[int, dict[str, Given]] = defaultdict(dict)
    answers = Answer.objects.filter(application__in=[one.pk for one in applications.values()])
    for application, item, *given in answers.values_list("application", "item", *Given._fields):
        shared[application][item] = Given._make(given)
    vetoes: dict[str, list[Veto]] = defaultdict(list)
    for veto in told(Veto.objects.filter(unit__in=units, withdrawn_at=None)):
        vetoes[veto.unit_id].append(veto)
    typed = ProgrammeAnswer.objects.filter(cycle=cycle, unit__in=units)
    schemes = Scheme.objects.in_bulk({one.cycle.scheme_id for one in applications.values()})
    asking = _Asking(cycle.scheme.spec, schemes)
    found = _asked(asking, units, applications, typed, shared, lambda one: one.also_there)
    for code, known in found.items():
        same = asking.vetoes_of(known.scheme_id)
        known.vetoes = {(one.code, one.on) for one in vetoes[code] if one.code in same}
    return found


def asked_of(
    cycle: ProgrammeCycle,
    units: Iterable[Unit],
    applications: Mapping[str, Application],
    schemes: Mapping[int, Scheme],
    typed: Iterable[ProgrammeAnswer],
) -> dict[str, FactsOfUnit]:
    """Of each of ``units`` what only the programme asks, with what was ``typed``; of all else not what is answered.
    One query at most. ``schemes``: those of the ``applications``."""
    asking = _Asking(cycle.scheme.spec, schemes)
    return _asked(asking, units, applications, typed, {}, lambda one: one.also_there and one.source == "village")


def latest(applications: Iterable[Application]) -> dict[str, Application]:
    """The ordinary application of each unit, by code, of those in the order of their cycles."""
    return {application.unit_id: application for application in applications}


def _asked(
    asking: "_Asking",
    units: Iterable[Unit],
    applications: Mapping[str, Application],
    typed: Iterable[ProgrammeAnswer],
    shared: Mapping[int, Mapping[str, Given]],
    by_review: Callable[[FactAsked], bool],
) -> dict[str, FactsOfUnit]:
    """``by_review``: for which facts it matters what the review found."""
    own: dict[str, dict[str, Given]] = defaultdict(dict)
    for answer in typed:
        own[answer.unit_id][answer.item] = Given(answer.value, answer.typed, answer.reason)
    found = {unit.code: asking.known(unit, applications.get(unit.code)) for unit in units}
    items = {one.item for known in found.values() for one in known.facts if by_review(one)}
    reviewed = found_in_review(applications.values(), items) if items else {}
    for code, known in found.items():
        pk = known.application.pk if known.application else 0
        given = shared.get(pk, {}), own.get(code, {}), reviewed.get(pk, {})
        known.facts = [one.with_answer(*given) for one in known.facts]
    return found


def waiting_for(cycle: ProgrammeCycle) -> Waiting:
    """Who still has to answer what only the programme asks."""
    return {code: one.asked_now(one.missing) for code, one in facts_of(cycle, cycle.rated_units()).items()}


def fact_of(cycle: ProgrammeCycle, unit: Unit) -> FactsOfUnit:
    return facts_of(cycle, [unit])[unit.code]


def same_question(one: tuple[Criterion, Question], other: tuple[Criterion, Question]) -> bool:
    """Whether two schemes ask the same: under one code, the same kind of fact in the same words.

    The same code alone does not make it the same: every scheme counts its criteria from 1.1. What each makes of the
    answer (its points) does not matter, but for points that a person types: they are points out of a maximum.
    """
    return _said(*one) == _said(*other)


def _said(criterion: Criterion, question: Question) -> tuple[Any, ...]:
    scale = (criterion.max, criterion.step) if isinstance(criterion, Judged) else ()
    return question.item, question.kind, _letters(criterion.name), _letters(question.name), *scale


def _letters(text: str) -> str:
    """The words of a text, however they are spaced."""
    return "".join(text.split())


def by_applicants(criterion: Criterion) -> bool:
    """Whether its facts stand in applications (the unit's own, a department's, computed ones): of others, reviewers
    give theirs on their sheets."""
    return by_village(criterion) or department(criterion) is not None or is_computed(criterion)


def shared_items(spec: SchemeSpec, there: SchemeSpec, tags: Collection[str]) -> dict[str, Criterion]:
    """The questions of ``spec`` that the ordinary scheme ``there`` asks as well, with the criterion that does. Raises
    ``NoSingleVariant`` if ``spec`` does not fit ``tags``."""
    try:
        asked_there = {
            question.item: (criterion, question)
            for criterion in there.fitting(tags)
            for question in criterion.questions
        }
    except NoSingleVariant:
        asked_there = {}
    return {
        question.item: asked_there[question.item][0]
        for criterion in spec.fitting(tags)
        for question in criterion.questions
        if question.item in asked_there and same_question((criterion, question), asked_there[question.item])
    }


def same_vetoes(spec: SchemeSpec, there: SchemeSpec) -> list[VetoSpec]:
    """The veto items of ``spec`` that the ordinary scheme ``there`` has as well: only what is found by it can bar."""
    names = {veto.code: _letters(veto.name) for veto in there.vetoes}
    return [veto for veto in spec.vetoes if names.get(veto.code) == _letters(veto.name)]


def idle_vetoes(scheme: Scheme) -> list[VetoSpec]:
    """The veto items of a programme's scheme that no ordinary scheme of its year has: nobody finds them."""
    around = Q(unit__in=prefixes(scheme.unit_id)) | below(scheme.unit_id, "unit_id")
    ordinary = Scheme.objects.issued().filter(around, year=scheme.year, rates=scheme.rates)
    found = {veto.code for one in ordinary for veto in same_vetoes(scheme.spec, one.spec)}
    return [veto for veto in scheme.spec.vetoes if veto.code not in found]


class _Asking:
    """What a programme asks where, worked out once for each scheme and kind of unit."""

    def __init__(self, spec: SchemeSpec, schemes: Mapping[int, Scheme]) -> None:
        self.spec = spec
        self.schemes = {pk: scheme.spec for pk, scheme in schemes.items()}
        self._asked: dict[tuple[int | None, frozenset[str]], list[FactAsked]] = {}

    def known(self, unit: Unit, application: Application | None) -> FactsOfUnit:
        """What is asked of the unit, without the answers."""
        if application:
            application.unit = unit
        known = FactsOfUnit(unit, application.tags if application else unit.tags, application)
        try:
            known.facts = self.of(known.scheme_id, known.tags)
        except NoSingleVariant as wrong:
            known.unfit = wrong.code
        return known

    def of(self, scheme: int | None, tags: Collection[str]) -> list[FactAsked]:
        """The questions, without their answers. Raises ``NoSingleVariant``."""
        key = scheme, frozenset(tags)
        if key not in self._asked:
            shared = shared_items(self.spec, self.schemes[scheme], tags) if scheme else {}
            self._asked[key] = [
                FactAsked(
                    criterion, question, *self._from(criterion, shared.get(question.item)), question.item in shared
                )
                for criterion in self.spec.fitting(tags)
                for question in criterion.questions
            ]
        return self._asked[key]

    def _from(self, criterion: Criterion, there: Criterion | None) -> tuple[Source, str]:
        if there is not None and by_applicants(there):
            return "application", department(there) or ""
        return ("village" if by_village(criterion) else "office"), department(criterion) or ""

    def vetoes_of(self, scheme: int | None) -> set[str]:
        """The veto items that are the same here and in the scheme of the application."""
        if scheme is None:
            return set()
        return {veto.code for veto in same_vetoes(self.spec, self.schemes[scheme])}
