"""What ``reports.rollups`` has counted, for the dashboard."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.prepared import asked
from reports.models import KeptStanding
from villages.models import Level, Unit

COUNTED = ("place", "star", "then", "stage", "returned", "flagged", "units")


def kept(unit: Unit, day: date) -> tuple[list[dict[str, Any]], datetime] | None:
    """The rows of ``unit`` as counted on ``day``, and when; None where nothing is kept of that day."""
    if unit.level != Level.PROVINCE:
        return None
    found = asked(_counted, None, unit.code)
    if not found or timezone.localdate(found[0]["counted_at"]) != day:
        return None
    return found, found[0]["counted_at"]


def _counted(_user: User, code: str) -> QuerySet[KeptStanding, dict[str, Any]]:
    return KeptStanding.objects.filter(over=code).values("counted_at", *COUNTED)
