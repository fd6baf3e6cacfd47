"""The rules over results and objections. Each looks only at what has been published, and returns what it found."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from ratings.models import Application, Decision
from ratings.scoring.self_and_panel import self_and_panel
from ratings.scoring.totals import full_marks
from reports.leads.found import Found, Scope
from reports.leads.models import LeadRule
from reviews.models import Objection
from villages.models import below, township_of

GAP_YEARS = 3
LEAST_COMPARED = 5
"""How many villages it takes to measure a county's change from one year to the next."""
OBJECTIONS_WITHIN = timedelta(days=731)
BAND = Decimal(1)
"""Points above and below a line that are compared."""


def published(scope: Scope) -> QuerySet[Application]:
    out = Application.objects.filter(below(scope.code, "unit_id"), state__in=Application.State.STAR_PUBLISHED)
    return out.filter(panel_total__isnull=False).select_related("cycle", "unit").order_by("cycle__year", "unit")


def plain(number: Decimal | float) -> str:
    """A figure without trailing zeros, as JSON stores it."""
    text = f"{Decimal(number):.2f}"
    return text.rstrip("0").rstrip(".")


def line_of(one: Application, **figures: Any) -> dict[str, Any]:
    """A row of a lead about an application."""
    return {
        "unit": one.unit_id,
        "name": one.unit.name,
        "year": one.cycle.year,
        "url": reverse("application", args=[one.pk]),
        **figures,
    }


def gaps(scope: Scope, now: datetime) -> Iterator[Found]:
    """Villages whose self-assessment was far above the panel in several of their last years with a result."""
    rated_since = list(published(scope).filter(cycle__year__gt=timezone.localdate(now).year - GAP_YEARS - 1))
    both = self_and_panel(one.pk for one in rated_since)
    by_unit: dict[str, list[Application]] = defaultdict(list)
    for one in rated_since:
        by_unit[one.unit_id].append(one)
    most_points = scope.limits["gap_points"]
    for unit, rated in by_unit.items():
        found = [one for one in rated[-GAP_YEARS:] if one.pk in both and both[one.pk].difference >= most_points]
        if len(found) >= scope.limits["gap_years"]:
            lines = [
                line_of(
                    one,
                    own=plain(both[one.pk].own),
                    panel=plain(both[one.pk].panel),
                    difference=plain(both[one.pk].difference),
                )
                for one in found
            ]
            most = max(both[one.pk].difference for one in found)
            yield Found(LeadRule.GAP, unit, frozenset({unit}), lines, {"value": plain(most)}, unit=unit)


def _share(one: Application) -> Decimal:
    """The panel's points in hundredths of full marks, so that years with other schemes compare."""
    return one.panel_total * 100 / (full_marks(one.cycle.scheme.spec) or 100)


def jumps(scope: Scope, _now: datetime) -> Iterator[Found]:
    """Villages that rose to the last year rated far more than the county's villages did."""
    rated = published(scope)
    last = rated.order_by().values_list("cycle__scheme__rates").annotate(last=Max("cycle__year"))
    for rates, year in last:  # townships and villages are rated by schemes of their own
        yield from _jumps_of(scope, rated.filter(cycle__scheme__rates=rates), year)


def _jumps_of(scope: Scope, rated: QuerySet[Application], year: int) -> Iterator[Found]:
    shares: dict[str, dict[int, tuple[Application, Decimal]]] = defaultdict(dict)
    for one in scope.with_schemes(rated.filter(cycle__year__in=[year - 1, year])):
        shares[one.unit_id][one.cycle.year] = (one, _share(one))
    changes = {
        unit: years[year][1] - years[year - 1][1] for unit, years in shares.items() if {year - 1, year} <= set(years)
    }
    if len(changes) < LEAST_COMPARED:
        return
    usual = median(changes.values())
    for unit, change in changes.items():
        if change > 0 and change - usual >= scope.limits["jump"]:
            lines = [
                line_of(one, panel=plain(one.panel_total), share=plain(share))
                for one, share in (shares[unit][year - 1], shares[unit][year])
            ]
            measured = {"value": plain(change), "usual": plain(usual), "year": year}
            yield Found(LeadRule.JUMP, f"{unit}:{year}", frozenset({unit}), lines, measured, unit=unit, cases=1)


def objections(scope: Scope, now: datetime) -> Iterator[Found]:
    """Villages whose results were objected to again and again."""
    rows = Objection.objects.filter(below(scope.code, "unit_id"), made_at__gte=now - OBJECTIONS_WITHIN)
    by_unit: dict[str, list[Objection]] = defaultdict(list)
    for one in rows.select_related("unit").order_by("made_at", "pk"):
        by_unit[one.unit_id].append(one)
    for unit, made in by_unit.items():
        if len(made) >= scope.limits["objections"]:
            lines = [
                {
                    "unit": unit,
                    "name": one.unit.name,
                    "on": timezone.localdate(one.made_at).isoformat(),
                    "state": one.state,
                    "url": reverse("review_objection", args=[one.pk]),
                }
                for one in made
            ]
            upheld = sum(one.state == Objection.State.UPHELD for one in made)
            yield Found(LeadRule.OBJECTIONS, unit, frozenset({unit}), lines, {"upheld": upheld}, unit=unit)


def crowds(scope: Scope, _now: datetime) -> Iterator[Found]:
    """Places that decided, in the last year rated, many more totals just above a line than just below it."""
    last = Decision.objects.filter(application=OuterRef("pk"), state__in=Decision.State.PUBLISHED).order_by("-pk")
    rows = published(scope).annotate(origin=Subquery(last.values("origin")[:1]))
    by_place: dict[tuple[str, int], list[Application]] = defaultdict(list)
    for one in scope.with_schemes(rows.filter(origin__in=[Decision.Origin.TOWNSHIP, Decision.Origin.COUNTY])):
        place = township_of(one.unit_id) if one.origin == Decision.Origin.TOWNSHIP else scope.code
        by_place[place, one.cycle_id].append(one)
    latest: dict[str, int] = {}
    for (place, _cycle), decided in by_place.items():
        latest[place] = max(latest.get(place, 0), decided[0].cycle.year)
    for (place, cycle), decided in by_place.items():
        if decided[0].cycle.year == latest[place]:
            yield from _crowds_of(scope, place, cycle, decided)


def _crowds_of(scope: Scope, place: str, cycle: int, decided: list[Application]) -> Iterator[Found]:
    for star in decided[0].cycle.scheme.spec.stars:
        if star.total is None or star.total <= 0:
            continue
        above = [one for one in decided if star.total <= one.panel_total < star.total + BAND]
        under = sum(star.total - BAND <= one.panel_total < star.total for one in decided)
        if len(above) >= max(scope.limits["crowd_units"], scope.limits["crowd_times"] * max(under, 1)):
            lines = [line_of(one, panel=plain(one.panel_total)) for one in above]
            measured = {"star": star.star, "line": plain(star.total), "under": under, "year": decided[0].cycle.year}
            yield Found(LeadRule.CROWD, f"{cycle}:{star.star}", frozenset({place}), lines, measured, unit=place)
