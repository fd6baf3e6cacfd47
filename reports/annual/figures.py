"""The figures of an annual report, read row by row so that the whole nation needs as little memory as a township."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from incentives.models import Reward
from ratings.models import Decision, Scheme
from villages.models import Unit, below

_REGISTER = (Path(__file__).parent / "register.sql").read_text(encoding="utf-8")
CHUNK = 200


class RegisterRow(NamedTuple):
    """One rated unit; everything from ``applied`` to ``document`` is empty without a decision in the year."""

    county: str | None
    township_code: str | None
    township: str | None
    code: str
    name: str
    applied: int | None
    areas: dict[str, Decimal]
    total: Decimal | None
    star: int | None
    origin: str | None
    on: date | None
    document: str | None
    star_now: int | None
    since: date | None
    effects: str | None


def register(unit: Unit, year: int) -> Iterator[RegisterRow]:
    """Every rated unit below ``unit`` by code, through a server-side cursor; call it inside a transaction."""
    parameters = {"code": unit.code, "end": unit.code + "~", "year": year, "today": timezone.localdate()}
    with connection.chunked_cursor() as cursor:
        cursor.itersize = CHUNK
        cursor.execute(_REGISTER, parameters)
        for row in cursor:
            yield RegisterRow._make([*row[:6], _decimals(row[6]), *row[7:]])


def _decimals(areas: str | dict | None) -> dict[str, Decimal]:
    found = json.loads(areas) if isinstance(areas, str) else areas or {}
    return {code: Decimal(points) for code, points in found.items()}


def area_names(unit: Unit, year: int) -> dict[str, str]:
    """The areas of the schemes used for decisions on units of ``unit`` in ``year``, by code, in their order."""
    used = Decision.objects.confirmed().filter(below(unit.code, "unit_id"), year=year).order_by()
    schemes = Scheme.objects.filter(pk__in=used.values("scheme")).order_by("unit", "version")
    return {area["code"]: area.get("name", "") for scheme in schemes for area in scheme.body["areas"]}


class RewardRow(NamedTuple):
    """What one policy gives one unit: the ``figure`` that selects its band, amounts in yuan."""

    policy: str
    code: str
    name: str
    star: int
    figure: int | None
    coefficient: Decimal
    amount: Decimal
    committed: Decimal
    disbursed: Decimal


def rewards(unit: Unit, year: int) -> Iterator[RewardRow]:
    """The rewards of the year's policies to units below ``unit``, by policy and unit."""
    found = Reward.objects.filter(below(unit.code, "unit_id"), policy__year=year).order_by("policy", "unit")
    columns = ("policy__name", "unit_id", "unit__name", "star", "figure", "policy__coefficient")
    rows = found.values_list(*columns, "amount", "committed", "disbursed")
    return (RewardRow(*row) for row in rows.iterator(CHUNK))
