"""The register as a list: today's stars within reach, as prepared questions as long as nothing is searched for."""

from django.db.models import Count, QuerySet

from accounts.authority import reached
from accounts.models import User
from accounts.prepared import Totals
from accounts.prepared_list import PreparedList
from ratings.models import StarPeriod

VIEW = "ratings.view_register"


def listed(user: User) -> PreparedList:
    return PreparedList(user, _count, _listed)


def rows(user: User) -> QuerySet[StarPeriod]:
    """With all that a row shows, in the order of the list."""
    periods = reached(user, VIEW, StarPeriod.objects.on().with_since())
    return periods.select_related("unit", "decision").order_by("unit")


def _count(user: User) -> Totals:
    return Totals(reached(user, VIEW, StarPeriod.objects.on()), {"count": Count("pk")})


def _listed(user: User, *, start: int, stop: int) -> QuerySet[StarPeriod]:
    return rows(user)[start:stop]
