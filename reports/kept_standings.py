"""What ``reports.rollups`` has counted, for the dashboard."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from reports.models import KeptStanding
from villages.models import Level, Unit

COUNTED = ("place", "star", "then", "stage", "returned", "flagged", "units")


def kept(unit: Unit, day: date) -> tuple[list[dict[str, Any]], datetime] | None:
    """The rows of ``unit`` as counted on ``day``, and when; None where nothing is kept of that day."""
    if unit.level != Level.PROVINCE:
        return None
    found = list(KeptStanding.objects.filter(over=unit).values("counted_at", *COUNTED))
    if not found or timezone.localdate(found[0]["counted_at"]) != day:
        return None
    return found, found[0]["counted_at"]
