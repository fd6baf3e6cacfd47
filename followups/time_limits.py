"""How many working days each step has: the default, unless a city or county sets its own (``TimeLimit``)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.models import User
from accounts.prepared import asked
from accounts.working_days import entered_days
from followups.due import working_days_due
from followups.kinds import KINDS
from followups.models import TimeLimit
from records.registry import KeyedRegistry
from villages.models import prefixes


@dataclass(frozen=True)
class Limit:
    """``days``: the default. ``name``: of a step that is no kind of follow-up. ``offered``: a form offers that day, and
    whoever takes the step may choose another."""

    days: int
    name: str | Promise = ""
    offered: bool = False


LIMITS = KeyedRegistry[str, Limit]()
"""By step: a kind of follow-up, or a name of its own."""


def register(**limits: Limit) -> None:
    """``register(proposal=Limit(10))``"""
    LIMITS.register(limits)


def name_of(step: str) -> str:
    return str(LIMITS[step].name or KINDS[step].name)


def limits_of(step: str, reader: User | None = None) -> Callable[[str], int]:
    """The working days of ``step`` by the code of a unit; one query, however many units are asked for. ``reader``: on
    whose page it is asked with the rest (``accounts.together``)."""
    own = dict(asked(_set_for, reader, step=step))
    default = LIMITS[step].days

    def days(code: str) -> int:
        return next((own[above] for above in reversed(prefixes(code)) if above in own), default)

    return days


def _set_for(_user: User, *, step: str) -> QuerySet:
    return TimeLimit.objects.filter(step=step).values_list("unit_id", "days")


def dues(step: str, reader: User | None = None) -> Callable[..., datetime]:
    """Until when ``step`` is to be taken, by the code of a unit and since when it waits (a day, default today)."""
    days = limits_of(step, reader)

    @cache
    def until(n: int, since: date | None) -> datetime:
        return working_days_due(n, since, entered_days(reader) if reader else None)

    return lambda code, since=None: until(days(code), since)


def due(step: str, code: str, since: date | None = None) -> datetime:
    """The same for one."""
    return dues(step)(code, since)
