"""Until when a decision is to be released."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from followups import time_limits

RELEASE = "release"
"""The step that has a time limit (``followups.time_limits``)."""


def release_dues(reader: User | None = None) -> Callable[[str, datetime], datetime]:
    """By the code of the unit decided on and the moment of the decision; in few queries, however many are asked."""
    until = time_limits.dues(RELEASE, reader)
    return lambda code, decided_at: until(code, timezone.localdate(decided_at))
