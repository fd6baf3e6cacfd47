"""When something is due: at the end of a working day (practice §3)."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice

from django.utils import timezone

from accounts.working_days import working_days_after
from records.deadlines import end_of


def working_days_due(n: int, since: date | None = None, entered: Mapping[date, bool] | None = None) -> datetime:
    """24:00 of the ``n``-th working day after ``since`` (today when absent)."""
    return end_of(next(islice(working_days_after(since or timezone.localdate(), entered), n - 1, None)))
