"""What reviewers found in the facts of applications. ``reviews`` keeps their sheets and registers how they are read."""

from collections.abc import Callable, Collection, Iterable
from decimal import Decimal

from ratings.models import Application

Found = dict[int, dict[str, Decimal]]
"""By application and item."""
Reading = Callable[[Iterable[Application], Collection[str]], Found]
_readings: list[Reading] = []


def register(reading: Reading) -> None:
    """``reading`` says nothing of an application whose result is not out."""
    _readings[:] = [reading]


def found_in_review(applications: Iterable[Application], items: Collection[str]) -> Found:
    return _readings[0](applications, items) if _readings else {}
