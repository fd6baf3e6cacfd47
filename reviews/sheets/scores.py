"""A reviewer's entries → points per criterion, and what is still to be scored; pure over the scheme (formats §1)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.application.questions import is_computed
from ratings.scheme.spec import Criterion, SchemeSpec
from ratings.scoring.methods import Scored, WrongFact, check_fact, score_criterion


@dataclass(frozen=True)
class ScoreEntry:
    """A reviewer's value for one item: a count, tick (1 or 0), figure or typed points, and why."""

    value: Decimal
    reason: str = ""


Entries = Mapping[str, ScoreEntry]


def facts_of(entries: Entries) -> dict[str, Decimal]:
    return {item: entry.value for item, entry in entries.items()}


def with_computed(criteria: Iterable[Criterion], entries: Entries, answers: Mapping[str, Decimal]) -> Entries:
    """The entries with the facts that nobody types: as they stand in ``answers`` until the panel has finished and the
    sheet keeps them."""
    items = {item for criterion in criteria for item in criterion.computed}
    return {item: ScoreEntry(answers[item]) for item in items if item in answers} | dict(entries)


def is_scored(criterion: Criterion, entries: Collection[str]) -> bool:
    return all(item in entries for item in criterion.needs if item not in criterion.computed)


def scored(spec: SchemeSpec, tags: Collection[str], entries: Entries) -> dict[str, Scored]:
    """The points of every criterion whose items all have an entry."""
    facts = facts_of(entries)
    return {c.code: score_criterion(c, facts) for c in spec.fitting(tags) if is_scored(c, entries)}


def unscored(spec: SchemeSpec, tags: Collection[str], entries: Collection[str]) -> list[Criterion]:
    return [criterion for criterion in spec.fitting(tags) if not is_scored(criterion, entries)]


def problems(criteria: Iterable[Criterion], entries: Entries, answers: Mapping[str, Decimal]) -> dict[str, str]:
    """The errors in ``entries``, by item. ``answers``: the unit's own figures.

    Typed points need a reason, and so does a fact that differs from what the unit reported.
    """
    questions = {question.item: (criterion, question) for criterion in criteria for question in criterion.questions}
    by_question = {}
    for item, entry in entries.items():
        if item not in questions:
            by_question[item] = _("The scheme has no such question.")
            continue
        criterion, question = questions[item]
        if is_computed(criterion):
            by_question[item] = _("This figure is computed from the villages below: nobody types it.")
            continue
        try:
            check_fact(criterion, question, entry.value)
        except WrongFact as wrong:
            by_question[item] = _("Expected: %(expected)s.") % {"expected": wrong.expected}
            continue
        changed = item in answers and answers[item] != entry.value
        if (question.kind == "points" or changed) and not entry.reason.strip():
            by_question[item] = _("Please give a reason.")
    return by_question
