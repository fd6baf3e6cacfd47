"""Figures of submitted applications far outside those of the other units of their county (``records.outliers``)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from ratings.models import Answer, Cycle
from ratings.scoring.outliers import ASKED
from records.outliers import outlier
from reports.models import WarningThreshold
from reports.thresholds import THRESHOLDS
from villages.models import county_of

EXTREMES = 2
"""Only the two smallest and the two largest can be outside the range of all others but their two extremes."""


class UnusualFigure(NamedTuple):
    unit: str
    application: int
    item: str
    year: int
    since: date


def unusual_figures() -> Iterator[UnusualFigure]:
    """Those of all open cycles, cycle by cycle."""
    times = dict(WarningThreshold.objects.filter(rule="W10").values_list("unit_id", "value"))
    for cycle in Cycle.objects.filter(state=Cycle.State.OPEN).select_related("scheme"):
        yield from _of(cycle, times)


def _of(cycle: Cycle, times: dict[str, int]) -> Iterator[UnusualFigure]:
    asked = [one.item for criterion in cycle.scheme.spec.criteria for one in criterion.questions if one.kind in ASKED]
    rows = Answer.objects.filter(application__cycle=cycle, item__in=asked, value__isnull=False)
    rows = rows.exclude(application__submitted_at=None)
    given = defaultdict(list)
    fields = ("item", "application__unit_id", "value", "application_id", "application__submitted_at")
    for item, unit, value, application, at in rows.values_list(*fields).iterator():
        given[county_of(unit), item].append((value, unit, application, at))
    for (county, item), figures in given.items():
        figures.sort()
        values = [figure[0] for figure in figures]
        least = Decimal(times.get(county) or times.get(county[:4]) or THRESHOLDS["W10"].default)
        for place in sorted({*range(len(values))[:EXTREMES], *range(len(values))[-EXTREMES:]}):
            value, unit, application, at = figures[place]
            if outlier(value, values[:place] + values[place + 1 :], least):
                yield UnusualFigure(unit, application, item, cycle.year, timezone.localdate(at))
