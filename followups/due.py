"""When something is due: at the end of a working day (practice §3)."""

from datetime import date, datetime, time, timedelta
from itertools import islice

from django.utils import timezone

from accounts.working_days import working_days_after


def end_of(day: date) -> datetime:
    """24:00 of ``day`` in China's time zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def working_days_due(n: int, since: date | None = None) -> datetime:
    """24:00 of the ``n``-th working day after ``since`` (today when absent)."""
    return end_of(next(islice(working_days_after(since or timezone.localdate()), n - 1, None)))
