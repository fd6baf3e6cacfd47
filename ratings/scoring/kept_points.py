"""The points that are kept of applications, read back: those of a stage, and those behind a decision."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from ratings.models import Decision, Points


def kept_points(applications: Collection[int], stages: Collection[str]) -> dict[tuple[int, str], dict[str, Points]]:
    """By application (id) and stage, the row of each criterion (by code); one query."""
    found: dict[tuple[int, str], dict[str, Points]] = defaultdict(dict)
    for row in Points.objects.filter(application__in=applications, stage__in=stages).order_by("criterion"):
        found[row.application_id, row.stage][row.criterion] = row
    return found


def points_behind(decisions: Iterable[Decision]) -> dict[int, dict[str, Decimal]]:
    """By decision (id), the points of the stage that decided, by criterion; empty where there was no panel.

    One query for all.
    """
    made = list(decisions)
    kept = kept_points({one.application_id for one in made if one.application_id}, {one.origin for one in made})
    return {
        one.pk: {code: row.points for code, row in kept.get((one.application_id or 0, one.origin), {}).items()}
        for one in made
    }
