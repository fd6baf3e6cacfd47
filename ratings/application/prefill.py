"""No figure twice (architecture §7): prefills the form from elsewhere, for the village to confirm; pure.

Sources are a figure of the village's profile, the same figure under another criterion, and last year's answer. Last
year's answer is used only for what lasts (a figure, a tick); what happens within a year (a count), and points that a
person gives, are asked again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from ratings.application import questions
from ratings.scheme.spec import Criterion, Question
from ratings.scheme.wording import figure_parts

PROFILE, LAST_YEAR, CRITERION = "profile", "last_year", "criterion"
STAYS = ("figure", "tick")
PROFILE_NAMES = {
    "population": ("人口", "常住人口", "总人口", "人口数"),
    "households": ("户数", "总户数", "农户数"),
}
"""Under which names criteria ask for the figures of a profile."""


class ProfileFigures(Protocol):
    year: int
    population: int | None
    households: int | None


@dataclass(frozen=True)
class Prefill:
    """The text to prefill, and its source: a kind, and in words."""

    typed: str
    kind: str
    source: str


def prefill(
    criteria: Iterable[Criterion],
    answers: questions.Answers,
    last: Mapping[str, str],
    profile: ProfileFigures | None,
) -> dict[str, Prefill]:
    """The prefills for the village's items, by item, whether they are answered already or not."""
    criteria = list(criteria)
    named = _by_figure(criteria, answers)
    known = {}
    for criterion in filter(questions.by_village, criteria):
        for question in criterion.questions:
            value = (
                _of_profile(criterion, question, profile)
                or _of_criterion(criterion, question, named)
                or _of_last_year(question, last)
            )
            if value is not None:
                known[question.item] = value
    return known


def _by_figure(criteria: list[Criterion], answers: questions.Answers) -> dict[str, tuple[str, str]]:
    """By the full name of a figure: the criterion that holds it, and its value."""
    return {
        criterion.figure: (criterion.code, answers[criterion.code].typed)
        for criterion in criteria
        if criterion.figure and len(criterion.figure) > 3 and questions.answered(criterion, answers)
    }


def _of_profile(criterion: Criterion, question: Question, profile: ProfileFigures | None) -> Prefill | None:
    if profile is None or question.kind != "figure" or not criterion.figure:
        return None
    for field, names in PROFILE_NAMES.items():
        value = getattr(profile, field)
        if value is not None and figure_parts(criterion.figure)[0] in names:
            return Prefill(str(value), PROFILE, _("village profile of %s") % profile.year)
    return None


def _of_criterion(criterion: Criterion, question: Question, named: Mapping[str, tuple[str, str]]) -> Prefill | None:
    if question.kind != "figure" or criterion.figure not in named:
        return None
    code, typed = named[criterion.figure]
    return None if code == criterion.code else Prefill(typed, CRITERION, _("criterion %s") % code)


def _of_last_year(question: Question, last: Mapping[str, str]) -> Prefill | None:
    if question.kind not in STAYS or question.item not in last:
        return None
    return Prefill(last[question.item], LAST_YEAR, _("last year"))
