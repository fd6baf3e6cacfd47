"""The words for the codes of schemes: kinds of events, criteria."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.prepared import asked
from ratings.models import Scheme
from villages.models import Unit, below, prefixes

READ = 3


class Names(NamedTuple):
    """The words for codes of a scheme: kinds of events, criteria."""

    events: Mapping[str, str]
    criteria: Mapping[str, str]


def schemes_of(unit: Unit) -> list[Scheme]:
    """The latest issued schemes of ``unit`` or above or below it that rate villages, the newest first."""
    return asked(_issued, None, unit.code, *prefixes(unit.code))


def _issued(_user: User, code: str, *above: str) -> QuerySet[Scheme]:
    issued = Scheme.objects.issued().filter(Q(unit__in=above) | below(code, "unit_id"), rates="village")
    return issued.order_by("-year", "-issued_at", "-pk")[:READ]


def names_of(schemes: list[Scheme]) -> Names:
    """The words of ``schemes``; those of the newest win."""
    events, criteria = {}, {}
    for scheme in reversed(schemes):
        events |= {kind["code"]: kind.get("name", "") for kind in scheme.body.get("events", [])}
        criteria |= {one["code"]: one["name"] for area in scheme.body["areas"] for one in area["criteria"]}
    return Names(events, criteria)
