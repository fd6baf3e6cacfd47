"""What is late or unusual now, by the rules of ``warnings.sql``: what ``reports.kept_warnings`` opens and closes.

Nothing else reads it. Pages, exports and the API show and count the warnings that are kept.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.working_days import working_days_between
from ratings.models import Application, Cycle
from ratings.models.cycle import RATED_IN_CYCLE
from ratings.scoring.outliers import ASKED
from reports.thresholds import ALWAYS_ON, THRESHOLDS, value_for
from villages.models import below, county_of

_UNITS = {
    "W3": "a.unit_id",
    "W6": "e.unit_id",
    "W7": "a.unit_id",
    "W8": "b.unit_id",
    "W9": "e.unit_id",
    "W10": "f.unit_id",
}
_SQL = (
    Path(__file__)
    .with_suffix(".sql")
    .read_text(encoding="utf-8")
    .format(
        rated=RATED_IN_CYCLE,
        least_W7=THRESHOLDS["W7"].least,
        **{rule: value_for(rule, unit) for rule, unit in _UNITS.items()},
    )
)


class FoundWarning(NamedTuple):
    """What a rule finds now: ``subject`` is the key of what it is about (of an application, a return …), ``leads_to``
    the key of the page of its cause. ``measured``: ``value`` against ``limit``; None for a rule without a threshold."""

    rule: str
    unit: str
    subject: str
    year: int
    since: date
    leads_to: str
    measured: dict[str, Any] | None


def findings(now: datetime, code: str = "") -> list[FoundWarning]:
    """What the rules find in the unit ``code`` and below it, or everywhere; the oldest first, in two queries."""
    asked = list(_asked(code))
    parameters = {
        "always_on": list(ALWAYS_ON),
        "code": code,
        "end": code + "~",
        "now": now,
        "today": timezone.localdate(now),
        "met_before": _met_before(timezone.localdate(now)),
        "under_way": Application.State.UNDER_WAY.values,
        "star_published": Application.State.STAR_PUBLISHED.values,
        "cycles": [cycle for cycle, _item in asked],
        "items": [item for _cycle, item in asked],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        return [FoundWarning._make([*row[:-1], json.loads(row[-1]) if row[-1] else None]) for row in cursor.fetchall()]


def _asked(code: str) -> Iterator[tuple[int, str]]:
    """The figures that the open cycles ask of units in ``code``: (cycle, item)."""
    cycles = Cycle.objects.filter(state=Cycle.State.OPEN).select_related("scheme")
    if code:
        cycles = cycles.filter(below(code, "unit_id") | Q(unit=county_of(code)))
    for cycle in cycles:
        for criterion in cycle.scheme.spec.criteria:
            yield from ((cycle.pk, one.item) for one in criterion.questions if one.kind in ASKED)


def _met_before(today: date) -> list[date]:
    """For n = 1, 2, …: the last day after which n working days have passed before ``today``."""
    most = THRESHOLDS["W8"].most
    days = working_days_between(today - timedelta(days=3 * most), today - timedelta(days=1))
    return [day - timedelta(days=1) for day in reversed(days[-most:])]
