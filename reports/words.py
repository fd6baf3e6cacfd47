"""The words for the codes of schemes: kinds of events, criteria."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import User
from accounts.prepared import asked
from ratings.models import Scheme
from ratings.models.scheme import ExactDecoder
from villages.models import Unit, below, prefixes

READ = 3
MOST = 200
"""Schemes, of some kilobytes each."""


class Criterion(NamedTuple):
    """``max``: as it is written, since 10 equals 10.0."""

    code: str
    name: str
    max: str


class Area(NamedTuple):
    code: str
    name: str
    kind: str
    criteria: tuple[Criterion, ...]


class SchemeWords(NamedTuple):
    """What a scheme of this year calls its kinds of events, areas and criteria, as plain values."""

    year: int
    events: tuple[tuple[str, str], ...]
    areas: tuple[Area, ...]


class Names(NamedTuple):
    """The words for codes of a scheme: kinds of events, criteria."""

    events: Mapping[str, str]
    criteria: Mapping[str, str]


def schemes_of(unit: Unit) -> list[SchemeWords]:
    """The latest issued schemes of ``unit`` or above or below it that rate villages, the newest first."""
    return [_words(year, body) for year, body in asked(_issued, None, unit.code, *prefixes(unit.code))]


def _issued(_user: User, code: str, *above: str) -> QuerySet[Scheme, tuple]:
    issued = Scheme.objects.issued().filter(Q(unit__in=above) | below(code, "unit_id"), rates="village")
    return issued.order_by("-year", "-issued_at", "-pk").values_list("year", Cast("body", TextField()))[:READ]


@lru_cache(MOST)
def _words(year: int, body: str) -> SchemeWords:
    """Read once a process: an issued scheme stays as it is, and another text is read anew."""
    scheme = json.loads(body, cls=ExactDecoder)
    events = tuple((kind["code"], kind.get("name", "")) for kind in scheme.get("events", []))
    return SchemeWords(year, events, tuple(map(_area, scheme["areas"])))


def _area(body: dict) -> Area:
    criteria = tuple(Criterion(one["code"], one["name"], str(one.get("max", ""))) for one in body["criteria"])
    return Area(body["code"], body.get("name", ""), body["kind"], criteria)


def names_of(schemes: Sequence[SchemeWords]) -> Names:
    """The words of ``schemes``; those of the newest win."""
    events, criteria = {}, {}
    for scheme in reversed(schemes):
        events |= scheme.events
        criteria |= {one.code: one.name for area in scheme.areas for one in area.criteria}
    return Names(events, criteria)
