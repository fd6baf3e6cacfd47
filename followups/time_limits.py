"""How many working days each step has: the default, unless a city or county sets its own (``TimeLimit``)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.utils.functional import Promise

from followups.due import working_days_due
from followups.kinds import KINDS
from records.kept_statements import rows_of
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


def limits_of(step: str) -> Callable[[str], int]:
    """The working days of ``step`` by the code of a unit; one query, however many units are asked for."""
    own = dict(rows_of("select unit_id, days from followups_timelimit where step = %s", [step]))
    default = LIMITS[step].days

    def days(code: str) -> int:
        return next((own[above] for above in reversed(prefixes(code)) if above in own), default)

    return days


def dues(step: str) -> Callable[..., datetime]:
    """Until when ``step`` is to be taken, by the code of a unit and since when it waits (a day, default today)."""
    days = limits_of(step)
    until = cache(working_days_due)
    return lambda code, since=None: until(days(code), since)


def due(step: str, code: str, since: date | None = None) -> datetime:
    """The same for one."""
    return dues(step)(code, since)
