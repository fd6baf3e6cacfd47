"""Events as a list: those within reach, the latest first, as prepared questions as long as nothing is searched for."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.prepared import Totals
from accounts.prepared_list import PreparedList
from ratings.events.applicable_scheme import event_names
from ratings.models import Event
from villages.townships import Townships

VIEW = "ratings.view_event"
_CELLS = ("kind", "unit__level", "unit_id", "unit__name", "pk", "on", "source", "held", "closed", "reversal")


class EventRow(NamedTuple):
    """What the list shows of an event. ``place``: the township; ``reversal``: the number of one, or none."""

    name: str
    place: str
    unit_id: str
    unit_name: str
    pk: int
    on: date
    source: str
    held: bool
    closed: date | None
    reversal: int | None


def listed(user: User) -> PreparedList:
    """``cells`` of all."""
    return PreparedList(user, _count, _listed)


def rows(user: User) -> QuerySet[Event]:
    """With all that a row shows, in the order of the list."""
    return Event.objects.seen_by(user).select_related("unit", "reversal")


def cells(events: QuerySet[Event]) -> QuerySet:
    """Of ``rows``, what is shown of each; see ``shown``."""
    return events.values_list(*_CELLS)


def shown(found: Sequence[tuple[Any, ...]]) -> list[EventRow]:
    townships = Townships()
    names = event_names({code for _kind, _level, code, *_others in found})
    return [
        EventRow(names.get((level, kind), kind), townships.above(code), code, *others)
        for kind, level, code, *others in found
    ]


def _count(user: User) -> Totals:
    return Totals(rows(user), {"count": Count("pk")})


def _listed(user: User, *, start: int, stop: int) -> QuerySet:
    return cells(rows(user))[start:stop]
