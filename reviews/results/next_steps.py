"""What apps above add below a score card: what follows from here. Registered in their ``registrations.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.models import User
from ratings.models import Decision
from records.registry import Registry


@dataclass(frozen=True)
class NextStep:
    label: str | Promise
    url: str


Find = Callable[[User, Decision], list[NextStep]]
"""What follows from the decision for this reader, without a query of its own."""

_finders = Registry[Find]()
register = _finders.register


def next_steps(user: User, decision: Decision) -> list[NextStep]:
    return [step for find in _finders for step in find(user, decision)]
