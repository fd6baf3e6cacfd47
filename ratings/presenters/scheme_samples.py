"""What a criterion would give three sample villages, for its page of writing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from accounts.templatetags.face import points_text
from ratings.presenters.sample_villages import SampleVillage
from ratings.scheme.drafting import Body
from ratings.scheme.spec import Criterion, Question
from ratings.scheme.wording import plain, rule_lines
from ratings.scoring.methods import WrongFact, score_criterion
from records import cells


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
