"""Reviewers whose totals are far from those of the others on the same panels, on average over many villages."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from statistics import mean

from django.utils import timezone

from ratings.models import Application, Stage
from ratings.scoring.totals import running_total
from reports.leads.found import Found, Scope
from reports.leads.models import LeadRule
from reports.leads.rules import line_of, plain
from reviews.models import Sheet
from reviews.sheets.entries import entries_of
from reviews.sheets.scores import scored
from villages.models import below, township_of

YEARS = 2
"""The last years rated whose sheets are read."""


def reviewers(scope: Scope, now: datetime) -> Iterator[Found]:
    sheets = _sheets(scope, timezone.localdate(now).year - YEARS)
    totals = _totals(sheets)
    together: dict[tuple[int, str], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        together[sheet.application_id, sheet.stage].append(sheet)
    apart: dict[tuple[int, str], list[tuple[Sheet, Decimal, Decimal]]] = defaultdict(list)
    for panel in together.values():
        for sheet in panel if len(panel) > 1 else ():
            others = mean(totals[one.pk] for one in panel if one is not sheet)
            apart[sheet.reviewer_id, _place(sheet, scope)].append((sheet, totals[sheet.pk], others))
    for (reviewer, place), rows in apart.items():
        difference = mean(own - others for _sheet, own, others in rows)
        enough = len(rows) >= scope.limits["reviewer_sheets"]
        if enough and abs(difference) >= scope.limits["reviewer_points"]:
            lines = [
                line_of(sheet.application, own=plain(own), others=plain(others), difference=plain(own - others))
                for sheet, own, others in rows
            ]
            measured = {"value": plain(difference)}
            yield Found(
                LeadRule.REVIEWER, f"{reviewer}", frozenset({place}), lines, measured, unit=place, person=reviewer
            )


def _sheets(scope: Scope, since: int) -> list[Sheet]:
    rows = Sheet.objects.filter(
        below(scope.code, "application__unit_id"),
        state=Sheet.State.HANDED_IN,
        application__state__in=Application.State.STAR_PUBLISHED,
        application__cycle__year__gte=since,
    )
    sheets = list(rows.select_related("application__cycle", "application__unit").order_by("pk"))
    scope.with_schemes(sheet.application for sheet in sheets)
    return sheets


def _totals(sheets: list[Sheet]) -> dict[int, Decimal]:
    """What each sheet alone would give."""
    entries = entries_of([one.pk for one in sheets])
    totals = {}
    for sheet in sheets:
        spec = sheet.application.cycle.scheme.spec
        points = scored(spec, sheet.application.tags, entries.get(sheet.pk, {}))
        totals[sheet.pk] = running_total(spec, {code: one.points for code, one in points.items()})
    return totals


def _place(sheet: Sheet, scope: Scope) -> str:
    return township_of(sheet.application.unit_id) if sheet.stage == Stage.TOWNSHIP else scope.code
