"""Outliers: answers far from last year's, or from other villages'; queried, never refused (architecture §6–7); pure."""

from collections.abc import Collection
from decimal import Decimal

from ratings.scheme.spec import Question
from records import outliers
from records.outliers import Jump, Odd

ASKED = ("count", "figure")


def jump(question: Question, now: Decimal | None, last: Decimal | None) -> Jump | None:
    """The jump between two years' answers to ``question``, if it is unusual."""
    return outliers.jump(now, last) if question.kind in ASKED else None


def outlier(
    question: Question, now: Decimal | None, last: Decimal | None, others: Collection[Decimal] = ()
) -> Odd | None:
    """What is unusual about an answer: compared with last year's, or without one, with those of ``others``."""
    if question.kind not in ASKED:
        return None
    return outliers.outlier(now, others) if last is None else outliers.jump(now, last)
