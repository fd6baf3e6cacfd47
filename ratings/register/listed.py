"""The register as a list: today's stars within reach, as prepared questions as long as nothing is searched for."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet

from accounts.authority import reached
from accounts.models import User
from accounts.prepared import Totals
from accounts.prepared_list import PreparedList
from ratings.models import StarPeriod
from villages.townships import Townships

VIEW = "ratings.view_register"
_CELLS = ("effects", "unit_id", "unit__name", "star", "since", "decision__star", "decision__document")


class RegisterRow(NamedTuple):
    """What the list shows of a unit. ``place``: the township; ``decided``: the star of the decision."""

    place: str
    effects: tuple[str, ...]
    unit_id: str
    name: str
    star: int
    since: date
    decided: int
    document: str


def listed(user: User) -> PreparedList:
    """``cells`` of all."""
    return PreparedList(user, _count, _listed)


def rows(user: User) -> QuerySet[StarPeriod]:
    """With all that a row shows, in the order of the list."""
    periods = reached(user, VIEW, StarPeriod.objects.on().with_since())
    return periods.select_related("unit", "decision").order_by("unit")


def cells(periods: QuerySet[StarPeriod]) -> QuerySet:
    """Of ``rows``, what is shown of each; see ``shown``."""
    return periods.values_list(*_CELLS)


def shown(found: Iterable[tuple[Any, ...]]) -> list[RegisterRow]:
    townships = Townships()
    return [RegisterRow(townships.above(code), tuple(effects), code, *others) for effects, code, *others in found]


def _count(user: User) -> Totals:
    return Totals(reached(user, VIEW, StarPeriod.objects.on()), {"count": Count("pk")})


def _listed(user: User, *, start: int, stop: int) -> QuerySet:
    return cells(rows(user))[start:stop]
