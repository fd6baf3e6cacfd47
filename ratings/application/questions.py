"""What a scheme asks of whom, and what is still missing; pure (formats §2: in a form every item must be answered).

A criterion's ``supplier`` says who gives its facts: the village on its form, a department for all villages at once, or
(township, poll and anyone else) the reviewers on their sheets. Nobody gives a figure from below: it is computed.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from ratings.models.application import Paper
from ratings.scheme.below import is_from_below
from ratings.scheme.spec import Criterion, Question, SchemeSpec
from ratings.scoring.methods import Facts, Scored, score_criterion

VILLAGE = "village"
DEPARTMENT = "department:"


class AnswerGiven(Protocol):
    """A stored answer: ``value`` is None while ``typed`` is invalid."""

    @property
    def typed(self) -> str: ...

    @property
    def value(self) -> Decimal | None: ...

    @property
    def reason(self) -> str: ...


Answers = Mapping[str, AnswerGiven]


def by_village(criterion: Criterion) -> bool:
    return criterion.supplier == VILLAGE


def is_computed(criterion: Criterion) -> bool:
    """Whether its figure follows from the villages below the unit; nobody types it."""
    return is_from_below(criterion.supplier)


def department(criterion: Criterion) -> str | None:
    """The name of the department that supplies the criterion's facts."""
    return criterion.supplier.removeprefix(DEPARTMENT) if criterion.supplier.startswith(DEPARTMENT) else None


def on_form(criteria: Iterable[Criterion]) -> dict[str, tuple[Criterion, Question]]:
    """Every item with its criterion."""
    return {question.item: (criterion, question) for criterion in criteria for question in criterion.questions}


def facts(answers: Answers) -> Facts:
    return {item: answer.value for item, answer in answers.items() if answer.value is not None}


def answered(criterion: Criterion, answers: Answers) -> bool:
    """Whether every item of the criterion has a fact; only then it has points of its own."""
    return all(item in answers and answers[item].value is not None for item in criterion.needs)


def scored(criteria: Iterable[Criterion], answers: Answers) -> dict[str, Scored]:
    """The points of every answered criterion, by code, from the unit's own answers."""
    known = facts(answers)
    return {c.code: score_criterion(c, known) for c in criteria if answered(c, answers)}


def missing(
    spec: SchemeSpec, criteria: Iterable[Criterion], answers: Answers, attached: Collection[tuple[str, str]]
) -> dict[str, str]:
    """What keeps the village's form from being sent: a message by item, or by criterion for evidence.

    ``attached`` holds (criterion, name of the piece) for evidence that exists, or is declared absent this year. A bonus
    that is not claimed needs no evidence.
    """
    problems: dict[str, str] = {}
    for criterion in filter(by_village, criteria):
        problems |= _unanswered(criterion, answers)
        if lack := evidence_missing(spec, criterion, answers, attached):
            problems[criterion.code] = problems.get(criterion.code) or lack
    return problems


def evidence_missing(
    spec: SchemeSpec, criterion: Criterion, answers: Answers, attached: Collection[tuple[str, str]]
) -> str:
    """Which evidence the village's criterion still needs, in words; "" for none."""
    if not by_village(criterion) or _is_unclaimed(spec, criterion, answers):
        return ""
    pieces = [piece.name for piece in criterion.evidence if (criterion.code, piece.name) not in attached]
    return _("Evidence missing: %s") % "、".join(pieces) if pieces else ""


def _is_unclaimed(spec: SchemeSpec, criterion: Criterion, answers: Answers) -> bool:
    bonus = any(criterion in area.criteria for area in spec.areas if area.kind == "bonus")
    return bonus and answered(criterion, answers) and not score_criterion(criterion, facts(answers)).points


def papers_missing(minutes_required: bool, attached: Collection[tuple[str, str]]) -> dict[str, str]:
    """The documents of the whole application that must be attached before it is sent, by ``Paper``."""
    if minutes_required and ("", Paper.MINUTES) not in attached:
        return {
            Paper.MINUTES: _("The county asks for the minutes of the villagers' representatives. Please attach them.")
        }
    return {}


def _unanswered(criterion: Criterion, answers: Answers) -> dict[str, str]:
    problems = {}
    for question in criterion.questions:
        answer = answers.get(question.item)
        if answer is None or not answer.typed.strip():
            problems[question.item] = _("Not answered yet.")
        elif answer.value is None:
            problems[question.item] = _("This is not a valid figure.")
        elif question.kind == "points" and not answer.reason.strip():
            problems[question.item] = _("Points that you type need a reason.")
    return problems
