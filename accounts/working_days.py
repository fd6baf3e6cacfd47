"""Working days of the Chinese calendar, shifted ones (调休) included (domain §3).

What the office has entered (``CalendarDay``) comes before the library's calendar; a year that neither knows is counted
by plain weekdays, and ``uncertain_years`` names it so that pages can warn.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import NamedTuple

import chinese_calendar
from chinese_calendar.constants import holidays
from django.utils import timezone

from accounts.models import CalendarDay

_LIBRARY_YEARS = range(min(holidays).year, max(holidays).year + 1)


class NoticeDays(NamedTuple):
    """Objections are taken from the release until 24:00 of ``last``; the star begins on ``confirms_on``."""

    first: date
    last: date
    confirms_on: date


def working_days_after(day: date) -> Iterator[date]:
    """Every working day after ``day``, in order, without end; one query."""
    entered = dict(CalendarDay.objects.filter(day__gt=day).values_list("day", "working"))
    while True:
        day += timedelta(days=1)
        if entered.get(day, _by_library(day)):
            yield day


def next_working_day(day: date) -> date:
    """The first working day after ``day``."""
    return next(working_days_after(day))


def notice_days(released_on: date, n: int) -> NoticeDays:
    """The days of a public notice of ``n`` working days: day 1 is the first working day after ``released_on``.

    With ``n`` = 0 objections are taken on the day of release alone.
    """
    days = [released_on, *islice(working_days_after(released_on), n + 1)]
    return NoticeDays(first=days[min(1, n)], last=days[n], confirms_on=days[n + 1])


def working_days_between(first: date, last: date) -> list[date]:
    """The working days from ``first`` to ``last``, both included."""
    return list(takewhile(lambda day: day <= last, working_days_after(first - timedelta(days=1))))


def working_days_left(until: date) -> int:
    """How many working days remain, today included, until the end of ``until``."""
    return len(working_days_between(timezone.localdate(), until))


def uncertain_years(first: date, last: date) -> list[int]:
    """The years from ``first`` to ``last`` whose holidays neither the library nor the office's own calendar knows."""
    unknown = [year for year in range(first.year, last.year + 1) if year not in _LIBRARY_YEARS]
    if not unknown:
        return []
    entered = CalendarDay.objects.filter(day__year__in=unknown).values_list("day__year", flat=True).distinct()
    return sorted(set(unknown) - set(entered))


def _by_library(day: date) -> bool:
    return chinese_calendar.is_workday(day) if day.year in _LIBRARY_YEARS else day.weekday() < 5
