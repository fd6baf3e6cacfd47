"""The figures of an annual report, read row by row so that the whole nation needs as little memory as a county."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from followups.models import FollowUp
from incentives.models import Allocation, Reward
from ratings.models import Decision, Event, Scheme, StarPeriod
from reports.duties import taken_up_by_warnings
from reviews.models import Appeal, Objection
from villages.models import Level, Unit, below

_REGISTER = (Path(__file__).parent / "register.sql").read_text(encoding="utf-8")
CHUNK = 75
"""Rows of a list in memory: with all that belongs to them, they are most of what a report needs."""


class AnnualRow(NamedTuple):
    """One rated unit; ``applied`` to ``star`` are empty without a decision in the year, ``before`` without one in the
    year before. ``in_force``: the star of today follows from that decision, not from a later one."""

    county: str | None
    township_code: str | None
    township: str | None
    code: str
    name: str
    applied: int | None
    areas: dict[str, Decimal]
    total: Decimal | None
    star: int | None
    before: int | None
    star_now: int | None
    effects: str | None
    in_force: bool | None


def register(unit: Unit, year: int) -> Iterator[AnnualRow]:
    """Every rated unit below ``unit`` by code, through a server-side cursor; call it inside a transaction."""
    parameters = {"code": unit.code, "end": unit.code + "~", "year": year, "today": timezone.localdate()}
    with connection.chunked_cursor() as cursor:
        cursor.itersize = CHUNK
        cursor.execute(_REGISTER, parameters)
        for row in cursor:
            yield AnnualRow._make([*row[:6], _decimals(row[6]), *row[7:]])


def _decimals(areas: str | dict | None) -> dict[str, Decimal]:
    found = json.loads(areas) if isinstance(areas, str) else areas or {}
    return {code: Decimal(points) for code, points in found.items()}


def highest_star(unit: Unit, year: int) -> int:
    """The highest star that a village of ``unit`` got for ``year`` or the year before, or holds today."""
    decided = Decision.objects.confirmed().filter(of_villages(unit), year__in=[year - 1, year])
    held = StarPeriod.objects.on().filter(of_villages(unit))
    return max(found.aggregate(most=Max("star"))["most"] or 0 for found in (decided, held))


def area_names(unit: Unit, year: int) -> dict[str, str]:
    """The areas of the schemes used for decisions on villages of ``unit`` in ``year``, by code, in their order."""
    used = Decision.objects.confirmed().filter(of_villages(unit), year=year).order_by()
    schemes = Scheme.objects.filter(pk__in=used.values("scheme")).order_by("unit", "version")
    return {area["code"]: area.get("name", "") for scheme in schemes for area in scheme.body["areas"]}


def of_villages(unit: Unit) -> Q:
    """What concerns the villages of ``unit``: the report is about them, also where townships or stations are rated."""
    return below(unit.code, "unit_id") & Q(unit__level=Level.VILLAGE)


def decisions(unit: Unit, year: int) -> QuerySet[Decision]:
    """Every decision of the year on a village that came into force, those that were replaced too."""
    return _in_force(year).filter(of_villages(unit))


def decisions_on_other_levels(unit: Unit, year: int) -> QuerySet[Decision]:
    """The same for the townships and stations that are rated themselves."""
    return _in_force(year).filter(below(unit.code, "unit_id")).exclude(unit__level=Level.VILLAGE)


def _in_force(year: int) -> QuerySet[Decision]:
    found = Decision.objects.confirmed().filter(year=year)
    return found.select_related("unit", "replaces").order_by("unit", "on", "pk")


def events(unit: Unit, year: int) -> QuerySet[Event]:
    """What happened in the year; held events are only for those who record them."""
    found = Event.objects.filter(of_villages(unit), on__year=year, held=False)
    return found.select_related("unit", "reversal").order_by("unit", "on", "pk")


def objections(unit: Unit, year: int) -> QuerySet[Objection]:
    """Objections to the year's decisions, without what the objectors wrote and who they are."""
    found = Objection.objects.filter(of_villages(unit), decision__year=year)
    return found.select_related("unit").defer("name", "contact", "text").order_by("unit", "pk")


def appeals(unit: Unit, year: int) -> QuerySet[Appeal]:
    """Appeals made within the year of the rating or about its decisions: those of the year's applications, decisions,
    and events."""
    found = Appeal.objects.filter(of_villages(unit))
    of_year = (
        found.filter(application__cycle__year=year)
        | found.filter(decision__year=year)
        | found.filter(event__on__year=year)
    )
    return of_year.select_related("unit").order_by("unit", "pk")


def rewards(unit: Unit, year: int) -> QuerySet[Reward]:
    """The rewards of the year's policies to villages of ``unit``, by policy and unit."""
    found = Reward.objects.filter(of_villages(unit), policy__year=year)
    return found.select_related("unit").prefetch_related("policy__unit").order_by("policy", "policy_id", "unit")


def allocations(unit: Unit, year: int) -> QuerySet[Allocation]:
    """What the year's project funds allocate to villages of ``unit``, by fund and unit."""
    found = Allocation.objects.filter(of_villages(unit), fund__year=year)
    return found.select_related("unit").prefetch_related("fund__unit").order_by("fund", "fund_id", "unit")


def still_open(unit: Unit, reader: User | None) -> QuerySet[FollowUp]:
    """Warnings and other follow-ups that wait today: those that ``reader`` may see (None: all). What a warning has
    taken up counts once, as on the dashboard."""
    seen = FollowUp.objects.all() if reader is None else FollowUp.objects.seen_by(reader)
    waiting = seen.waiting().filter(below(unit.code, "unit_id"))
    waiting = waiting.exclude(kind__in=taken_up_by_warnings(), due_at__lte=timezone.now())
    return waiting.select_related("unit").prefetch_related("responsible_unit", "escalated_to").order_by("due_at", "pk")
