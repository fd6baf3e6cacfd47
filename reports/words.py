"""The words for the codes of schemes: kinds of events, criteria."""

from collections.abc import Mapping
from typing import NamedTuple

from ratings.models import Scheme
from villages.models import Unit, prefixes


class Names(NamedTuple):
    """The words for codes of a scheme: kinds of events, criteria."""

    events: Mapping[str, str]
    criteria: Mapping[str, str]


def schemes_of(unit: Unit) -> list[Scheme]:
    """The latest issued schemes that rate units below ``unit``, the newest first."""
    issued = Scheme.objects.issued().filter(unit__in=prefixes(unit.code), rates="village")
    return list(issued.order_by("-year", "-issued_at", "-pk")[:2])


def names_of(schemes: list[Scheme]) -> Names:
    """The words of ``schemes``; those of the newest win."""
    events, criteria = {}, {}
    for scheme in reversed(schemes):
        events |= {kind["code"]: kind.get("name", "") for kind in scheme.body.get("events", [])}
        criteria |= {one["code"]: one["name"] for area in scheme.body["areas"] for one in area["criteria"]}
    return Names(events, criteria)
