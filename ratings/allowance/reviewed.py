"""What reviewers found in the facts of applications. ``reviews`` keeps their sheets and registers how they are read."""

from collections.abc import Callable, Collection, Iterable
from decimal import Decimal

from ratings.models import Application
from records.registry import Registry

Found = dict[int, dict[str, Decimal]]
"""By application and item."""
Reading = Callable[[Iterable[Application], Collection[str]], Found]
READINGS = Registry[Reading]()
"""The one of ``reviews``: it says nothing of an application whose result is not out."""


def found_in_review(applications: Iterable[Application], items: Collection[str]) -> Found:
    (reading,) = READINGS
    return reading(applications, items)
