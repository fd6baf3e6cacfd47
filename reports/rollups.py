"""Counts of a province's villages are kept in the database: its dashboard then costs what a county's costs.

They are the rows that ``reports.dashboard.standings`` counts, stored every hour; a test compares the two. Smaller
places are counted on the spot. They are read by ``reports.kept_standings``.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from reports.dashboard import current_windows, standings
from reports.kept_standings import COUNTED
from reports.models import KeptStanding
from villages.models import Level, Unit


def refresh(now: datetime) -> int:
    """Count every province again; returns how many rows were kept."""
    return sum(_refresh(province, now) for province in Unit.objects.filter(level=Level.PROVINCE).order_by("code"))


@transaction.atomic
def _refresh(province: Unit, now: datetime) -> int:
    Unit.objects.select_for_update(no_key=True).get(pk=province.pk)  # two runs at once would keep both counts
    rows, _squares = standings(province, timezone.localdate(now), list(current_windows(province)))
    KeptStanding.objects.filter(over=province).delete()
    kept = [KeptStanding(over=province, counted_at=now, **{name: row[name] for name in COUNTED}) for row in rows]
    return len(KeptStanding.objects.bulk_create(kept))
