"""Figures as people write them, in a file's cell or a field of a form."""

from decimal import Decimal

from ratings.scheme.spec import LARGEST, Question
from records import cells


def figure(question: Question, text: str) -> Decimal | None:
    """The number in a file's cell as the answer to ``question``, None if it is not one.

    A tick may be √ or 是, and a figure whose name contains ``%`` may be followed by that sign.
    """
    ticked = cells.tick(text) if question.kind == "tick" else None
    return decimal(text, percent="%" in cells.head(question.name)) if ticked is None else ticked


def decimal(text: str, *, percent: bool = False) -> Decimal | None:
    """The number in ``text``, None if it is not one or out of range."""
    number = cells.number(text, percent=percent)
    return number if number is not None and abs(number) < LARGEST else None
