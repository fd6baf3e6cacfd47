"""Quiet hours: nights and days off hold back every channel but red warnings.

A robot's try that failed is repeated at its own time (formats §8); e-mail and short messages wait then, too.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from records.registry import Registry

BEGINS, ENDS = time(20), time(8)
_next_working_day = Registry[Callable[[date], date]]()


def register(next_working_day: Callable[[date], date]) -> None:
    """Called by the app that keeps the calendar."""
    _next_working_day.register(next_working_day)


def open_from(moment: datetime) -> datetime:
    """``moment`` itself, or 8:00 of the working day that follows the quiet hours it falls into."""
    local = timezone.localtime(moment)
    next_working_day = next(iter(_next_working_day))
    first = next_working_day(local.date() - timedelta(days=1 if local.time() < BEGINS else 0))
    opens = datetime.combine(first, ENDS, local.tzinfo)
    return max(moment, opens)


def next_opening(moment: datetime) -> datetime:
    """8:00 of the first working day that has not begun by then: when a digest of the day goes out."""
    local = timezone.localtime(moment)
    first = next(iter(_next_working_day))(local.date() - timedelta(days=1 if local.time() < ENDS else 0))
    return datetime.combine(first, ENDS, local.tzinfo)
