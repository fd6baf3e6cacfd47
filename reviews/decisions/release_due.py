"""Until when a decision is to be released."""

from datetime import datetime

from django.utils import timezone

from followups.due import working_days_due

RELEASE_DAYS = 10
"""Working days after the decision."""


def release_due(decided_at: datetime) -> datetime:
    return working_days_due(RELEASE_DAYS, timezone.localdate(decided_at))
