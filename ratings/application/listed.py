"""The list of applications: narrowed by a search, or as it opens, when its questions are prepared."""

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.prepared import asked
from accounts.prepared_list import PreparedList
from ratings.application.access import applications_for
from ratings.models import Application, Return


def years_of(user: User) -> list[int]:
    """The latest first."""
    return asked(_years, user)


def counts_of(user: User, year: int) -> dict[str, int]:
    """How many applications of the year are in each state that ``user`` may know."""
    return dict(asked(_counts, user, year=year))


def listed(user: User, year: int, state: str, count: int) -> PreparedList:
    """All of the year, or those in one state."""
    return PreparedList(user, count, _listed, year=year, state=state)


def rows(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With all that a row shows, in the order of the list."""
    overdue = Return.objects.filter(application=OuterRef("pk"), answered_at=None, due__lte=timezone.now())
    return (
        applications.select_related("unit")
        .annotate(overdue=Exists(overdue))
        .only("unit__name", "state", "applied_star", "self_total", "submitted_at", "on_behalf")
        .order_by("unit_id", "pk")
    )


def by_state(applications: QuerySet[Application]) -> QuerySet:
    """The number of each state that is shown."""
    return applications.order_by().values_list("shown_state").annotate(n=Count("pk"))


def _years(user: User) -> QuerySet:
    years = applications_for(user).order_by("-cycle__year")
    return years.values_list("cycle__year", flat=True).distinct()


def _counts(user: User, *, year: int) -> QuerySet:
    return by_state(applications_for(user).filter(cycle__year=year))


def _listed(user: User, *, year: int, state: str, start: int, stop: int) -> QuerySet[Application]:
    chosen = applications_for(user).filter(cycle__year=year)
    return rows(chosen.filter(shown_state=state) if state else chosen)[start:stop]
