"""What the home page shows to those who oversee a unit: the progress of this year's rating."""

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.prepared import asked
from ratings.models import Cycle, Window
from reports.dashboard import OUTSIDE, STAGES, current_windows, with_stage
from reports.views.dashboard import topmost
from villages.models import Unit

Written = tuple[str, tuple[Any, ...]]
"""A statement with its values: written once, as the query builder takes ten times longer for it than the database."""


class _Rating(NamedTuple):
    """Of a cycle what decides how the units in it are counted."""

    pk: int
    unit: str
    townships: tuple[str, ...]


def progress(user: User) -> dict[str, Any] | None:
    """Counts by stage for the topmost unit; None for those who oversee nothing."""
    code = topmost(user)
    if code is None:
        return None
    cycles = asked(_cycles, None, code)
    ratings = tuple(_Rating(pk, unit, tuple(townships)) for pk, unit, townships, _year in cycles)
    counts = dict(_asked(_counts(code, ratings, timezone.localdate())))
    stages = [
        {"key": key, "name": name, "count": counts.get(key, 0)}
        for key, (name, _step) in STAGES.items()
        if key not in OUTSIDE or key in counts
    ]
    return {"code": code, "year": cycles[0][-1] if cycles else None, "stages": stages}


def _asked(written: Written) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(*written)
        return cursor.fetchall()


def _cycles(_user: User, code: str) -> QuerySet:
    windows = current_windows(Unit(code=code)).order_by("cycle").distinct()
    return windows.values_list("cycle", "cycle__unit", "cycle__townships", "cycle__year")


@lru_cache(1000)
def _counts(code: str, ratings: tuple[_Rating, ...], day: date) -> Written:
    cycles = [Cycle(pk=of.pk, unit_id=of.unit, townships=list(of.townships)) for of in ratings]
    units = with_stage(Unit(code=code), [Window(cycle=cycle) for cycle in cycles], day=day)
    return units.order_by().values_list("stage").annotate(units=Count("*")).query.sql_with_params()
