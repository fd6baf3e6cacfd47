"""A draft scheme as its writers see it: the outline with full marks, what is wrong where, and three sample villages."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from accounts.templatetags.face import points_text
from ratings.presenters.sample_villages import SampleVillage
from ratings.scheme.drafting import Body, Place, digest, full_marks
from ratings.scheme.problems import Problem, errors
from ratings.scheme.reading import SchemeRefused, check_scheme
from ratings.scheme.spec import Criterion, Question
from ratings.scheme.wording import plain, rule_lines
from ratings.scoring.methods import WrongFact, score_criterion
from records import cells

_CRITERION = re.compile(r"areas\[(\d+)\]\.criteria\[(\d+)\]")
_AREA = re.compile(r"areas\[(\d+)\]")
_LISTS = {"stars": "stars", "vetoes": "vetoes", "events": "events", "rules": "events"}
SAMPLES = 3


def part_of_problem(problem: Problem) -> str:
    """The part (``drafting``) in which a problem can be mended; nothing for one of the outline."""
    if found := _CRITERION.match(problem.place):
        return Place(int(found[1]) + 1, int(found[2]) + 1).name
    if found := _AREA.match(problem.place):
        return Place(int(found[1]) + 1).name
    if problem.place == "areas":
        return ""
    return _LISTS.get(re.split(r"[.\[]", problem.place)[0], "head")


@dataclass(frozen=True)
class Fault:
    """A problem with the part where it can be mended, and what that part is called."""

    problem: Problem
    part: str
    title: str


@dataclass(frozen=True)
class CriterionLine:
    name: str
    digest: str
    code: str
    title: str
    most: str
    faults: int


@dataclass(frozen=True)
class AreaLine:
    name: str
    digest: str
    code: str
    title: str
    kind: str
    full: str
    faults: int
    criteria: list[CriterionLine]


class SchemeOutline:
    """``body`` need not be valid."""

    def __init__(self, body: Body) -> None:
        self.body = body

    @cached_property
    def problems(self) -> list[Problem]:
        try:
            return check_scheme(self.body).warnings
        except SchemeRefused as refused:
            return refused.problems

    @property
    def errors(self) -> list[Problem]:
        return errors(self.problems)

    @cached_property
    def faults(self) -> list[Fault]:
        return [Fault(one, part := part_of_problem(one), self._title(part)) for one in self.problems]

    def faults_of(self, name: str) -> list[Fault]:
        return [fault for fault in self.faults if fault.part == name]

    def _title(self, name: str) -> str:
        titles = {"head": _("The scheme as a whole"), "stars": _("Star lines"), "vetoes": _("Vetoes")}
        titles |= {"events": _("Events"), "": _("Areas and criteria")}
        if name in titles:
            return titles[name]
        area, _c, criterion = name[1:].partition("c")
        one = self.body["areas"][int(area) - 1]
        return _titled(one["criteria"][int(criterion) - 1] if criterion else one)

    @cached_property
    def full(self) -> str:
        return plain(sum((full_marks(a) for a in self.body["areas"] if a.get("kind") == "base"), Decimal(0)))

    @cached_property
    def areas(self) -> list[AreaLine]:
        return [self._area(number, area) for number, area in enumerate(self.body["areas"], start=1)]

    def _area(self, number: int, area: Body) -> AreaLine:
        lines = [self._criterion(Place(number, n), one) for n, one in enumerate(area["criteria"], start=1)]
        name = Place(number).name
        own = {key: value for key, value in area.items() if key != "criteria"}
        return AreaLine(
            name=name,
            digest=digest(own),
            code=str(area.get("code", "")),
            title=_titled(area),
            kind=area.get("kind", ""),
            full=plain(full_marks(area)),
            faults=len(self.faults_of(name)),
            criteria=lines,
        )

    def _criterion(self, at: Place, one: Body) -> CriterionLine:
        most = one.get("max")
        return CriterionLine(
            name=at.name,
            digest=digest(one),
            code=str(one.get("code", "")),
            title=_titled(one),
            most=plain(Decimal(most)) if isinstance(most, int | Decimal) else str(most or "—"),
            faults=len(self.faults_of(at.name)),
        )


def _titled(value: Body) -> str:
    """Its code and name; of a variant also whom it is for."""
    title = f"{value.get('code', '')} {value.get('name', '')}".strip() or "—"
    only = "、".join(map(str, value.get("only") or ()))
    return f"{title}（{only}）" if only else title


# Three sample villages


@dataclass(frozen=True)
class SampleFact:
    name: str
    label: str
    typed: str
    ticked: bool


@dataclass(frozen=True)
class Sample:
    village: str
    facts: list[SampleFact]
    points: str
    problem: str


def criterion_of(value: Body) -> Criterion | None:
    """The criterion, if it is whole enough to score by it."""
    try:
        return TypeAdapter(Criterion).validate_python(value)
    except ValidationError:
        return None


def samples(criterion: Criterion, given: Mapping[str, str], villages: Iterable[SampleVillage]) -> list[Sample]:
    """What three villages would get; ``given`` holds facts that were typed over the proposed ones."""
    return [_sample(criterion, n, village, given) for n, village in enumerate(villages)]


def rule(criterion: Criterion, *, penalty: bool) -> list[str]:
    """The criterion in words, or that it cannot be said yet."""
    try:
        return rule_lines(criterion, penalty=penalty)
    except TypeError:  # an item that has no points yet
        return []


def _sample(criterion: Criterion, number: int, village: SampleVillage, given: Mapping[str, str]) -> Sample:
    facts, values, problem = [], {}, ""
    for at, question in enumerate(criterion.in_file):
        name = f"sample:{number}:{at}"
        proposed = village.facts.get(question.item, _proposed(criterion, question, number, at))
        typed = given.get(name, "") if any(key.startswith("sample:") for key in given) else plain(proposed)
        ticked = question.kind == "tick"
        facts.append(SampleFact(name, question.name or criterion.name, typed, ticked))
        value = Decimal(typed == "1") if ticked else cells.number(typed)
        if value is not None:
            values[question.item] = value
        elif typed:
            problem = _("“%s” is no number.") % typed
    try:
        points = points_text(score_criterion(criterion, values).points)
    except WrongFact as wrong:
        return Sample(village.name, facts, "—", _("expected: %s") % wrong.expected)
    except (TypeError, ArithmeticError):  # what the checks complain of (no points yet, no slope); a count without end
        return Sample(village.name, facts, "—", problem)
    return Sample(village.name, facts, points, problem)


def _proposed(criterion: Criterion, question: Question, number: int, at: int) -> Decimal:
    """A fact of the good (0), middling (1) or weak (2) village."""
    if question.item in criterion.computed:
        return Decimal(100)  # so that the figure beside it reads as percent
    match question.kind:
        case "tick":
            return Decimal(number == 0 or (number == 1 and at % 2 == 0))
        case "count":
            counts = (3, 1, 0) if criterion.method == "count" else (0, 1, 3)
            return _within(question, Decimal(counts[number]))
        case "points":
            steps = (criterion.max / criterion.step).to_integral_value(rounding="ROUND_FLOOR")
            return criterion.step * (steps * (2 - number) / 2).to_integral_value(rounding="ROUND_FLOOR")
    return _within(question, _figures(criterion)[number])


def _figures(criterion: Any) -> tuple[Decimal, Decimal, Decimal]:
    if criterion.method == "linear":
        return criterion.full_at, (criterion.full_at + criterion.zero_at) / 2, criterion.zero_at
    limits = [tier.at_least if tier.at_least is not None else tier.at_most for tier in criterion.tiers]
    limits = [limit for limit in limits if limit is not None] or [Decimal(0)]
    worse = limits[-1] - 1 if criterion.tiers[0].at_least is not None else limits[-1] + 1
    return limits[0], limits[len(limits) // 2] if len(limits) > 1 else limits[0], worse


def _within(question: Question, value: Decimal) -> Decimal:
    if question.least is not None:
        value = max(value, question.least)
    return value if question.most is None else min(value, question.most)
