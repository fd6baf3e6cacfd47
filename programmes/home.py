"""Published grades on the home page of a rated unit's people, and on a unit's page."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.prepared import asked
from programmes.models import VIEW, ProgrammeResult
from programmes.models.lifecycle import OWN
from programmes.presenters import grade_name
from villages.models import Unit

SHOWN = 5


def own_grades(user: User) -> dict[str, Any] | None:
    """For those who fill in: the latest grades of their units; None where there is none."""
    return _shown(asked(_own, user)) if user.reach(OWN) else None


def _own(user: User) -> QuerySet[ProgrammeResult]:
    return _latest(ProgrammeResult.objects.seen_by(user).filter(unit__in=user.reach(OWN)))


def grades_of_unit(user: User, unit: Unit) -> dict[str, Any] | None:
    if not user.has_perm(VIEW, unit):
        return None
    return _shown(list(_latest(ProgrammeResult.objects.seen_by(user).filter(unit=unit))))


def _latest(results: Any) -> QuerySet[ProgrammeResult]:
    return results.select_related("cycle__programme").order_by("-cycle__year", "cycle")[:SHOWN]


def _shown(found: list[ProgrammeResult]) -> dict[str, Any] | None:
    for one in found:
        one.grade_name = grade_name(one.grade)
    return {"results": found} if found else None
