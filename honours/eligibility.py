"""评先评优: whether villages meet the condition of a list, condition by condition; released facts alone."""

# ruff: noqa: S611 (expressions of our own code; what varies is a parameter)

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from honours.models import Selection
from honours.models.rule import released_events, star_on
from ratings.models import Decision, Points, StarPeriod
from ratings.scheme.spec import NoSingleVariant
from ratings.scoring.totals import area_points
from villages.models import Unit

LOWEST = """CASE WHEN EXISTS (
        SELECT FROM ratings_starperiod p
        WHERE p.unit_id = "villages_unit"."code" AND p.superseded_at IS NULL AND p.during @> %s::date
    ) THEN (
        SELECT min(p.star) FROM ratings_starperiod p
        WHERE p.unit_id = "villages_unit"."code" AND p.superseded_at IS NULL
          AND p.during && daterange(%s::date, %s::date, '[]')
    ) ELSE 0 END"""
"""The lowest star held between two days; 0 where none was held on the first."""
EVENTS = released_events(
    '"villages_unit"."code"',
    "%s::varchar[]",
    "e.on <= %s::date AND (e.on >= %s::date OR e.closed IS NULL OR e.closed > %s::date)",
    "count(*)",
)
"""The released events of some kinds up to a day that are dated since another, or not closed on the day."""


@dataclass(frozen=True)
class Condition:
    """What a list asks (``what``: star, years, events, or an area's code after "area:"), what a village has."""

    what: str
    needs: str
    has: str
    met: bool


@dataclass(frozen=True)
class Eligibility:
    unit: Unit
    conditions: list[Condition]

    @property
    def eligible(self) -> bool:
        return all(one.met for one in self.conditions)

    @property
    def kept(self) -> list[dict[str, Any]]:
        return [asdict(one) for one in self.conditions]


def judge(selection: Selection, units: models.QuerySet[Unit]) -> list[Eligibility]:
    """Each of ``units``, in order of code, in a bounded number of queries."""
    day, since = selection.on, months_before(selection.on, 12 * selection.years)
    months = months_before(selection.on, selection.months)
    counted, kinds = models.IntegerField(), list(selection.barring)
    rows: Any = units.annotate(
        star=RawSQL(star_on('"villages_unit"."code"', "%s::date"), [day], output_field=counted),
        lowest=RawSQL(LOWEST, [since, since, day], output_field=counted),
        barred_by=RawSQL(f"({EVENTS})", [kinds, day, months, day], output_field=counted),
    )
    found = list(rows.order_by("code"))
    shares = area_shares(selection, [unit.pk for unit in found]) if selection.areas else {}
    return [Eligibility(unit, _conditions(selection, unit, shares.get(unit.pk, {}))) for unit in found]


def _conditions(selection: Selection, unit: Any, shares: dict[str, Decimal]) -> list[Condition]:
    least = selection.min_star
    found = [Condition("star", str(least), str(unit.star), unit.star >= least)]
    if selection.years:
        found.append(Condition("years", str(least), str(unit.lowest), unit.lowest >= least))
    if selection.barring:
        found.append(Condition("events", "0", str(unit.barred_by), not unit.barred_by))
    for code, needs in sorted(selection.areas.items()):
        has = shares.get(code)
        met = has is not None and has >= Decimal(needs)
        found.append(Condition(f"area:{code}", str(needs), "" if has is None else f"{has:.4f}", met))
    return found


def area_shares(selection: Selection, codes: Collection[str]) -> dict[str, dict[str, Decimal]]:
    """By unit and area code, the share of the full marks in the decision in force on the list's day."""
    held = StarPeriod.objects.on(selection.on).filter(unit__in=codes).select_related("decision__application__unit")
    decisions = {period.unit_id: period.decision for period in held.select_related("decision__scheme")}
    return {unit: _shares(decision, points) for unit, decision, points in _with_points(decisions)}


def _with_points(decisions: dict[str, Decision]) -> Iterable[tuple[str, Decision, dict[str, Decimal]]]:
    made = {one.application_id: (unit, one) for unit, one in decisions.items() if one.application_id and one.scheme_id}
    points: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(dict)
    for row in Points.objects.filter(application__in=made):
        points[row.application_id, row.stage][row.criterion] = row.points
    return [(unit, one, points[pk, one.origin]) for pk, (unit, one) in made.items() if (pk, one.origin) in points]


def _shares(decision: Decision, points: dict[str, Decimal]) -> dict[str, Decimal]:
    try:
        fitting = {one.code: one.max for one in decision.scheme.spec.fitting(decision.application.tags)}
    except NoSingleVariant:  # the tags of a village that was scored long ago may fit no more
        return {}
    found = {}
    for area in decision.scheme.spec.areas:
        full = sum((fitting[one] for one in {c.code for c in area.criteria} if one in fitting), Decimal(0))
        if area.kind == "base" and full:
            found[area.code] = area_points(area, points) / full
    return found


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month; its last day where that month is shorter."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def words_of(condition: dict[str, Any], selection: Selection, areas: dict[str, str]) -> str:
    """A kept condition and what the village has, in words. ``areas``: names by code."""
    what, needs, has = condition["what"], condition["needs"], condition["has"]
    if what == "star":
        return _("At least %(needs)s stars on the day: it held %(has)s.") % {"needs": needs, "has": has}
    if what == "years":
        said = {"years": selection.years, "needs": needs, "has": has}
        return _("At least %(needs)s stars for %(years)s years before: the lowest was %(has)s.") % said
    if what == "events":
        said = {"months": selection.months, "has": has}
        return _("No event that bars, open or within %(months)s months: %(has)s found.") % said
    code = what.partition(":")[2]
    said = {"area": areas.get(code, code), "needs": _percent(needs), "has": _percent(has) if has else _("unknown")}
    return _("%(area)s: at least %(needs)s of the full marks: it has %(has)s.") % said


def _percent(share: str) -> str:
    return f"{Decimal(share) * 100:.1f}%"
