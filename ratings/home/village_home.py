"""The village's home and page: the state of its application, and the star that it holds."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import pgettext

from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import holders
from accounts.roles import RATED_POSTS, Role
from ratings.application.access import applications_for
from ratings.application.progress import steps_of, visible_steps
from ratings.models import Application, StarPeriod
from ratings.presenters.application_form import card_address
from ratings.presenters.village_turn import turn_for
from villages.models import Unit


def progress(user: User) -> dict[str, Any] | None:
    """The latest application of the person's village with its step; None for people who do not fill in anywhere."""
    found = asked(_latest, user) if user.reach("ratings.fill") else []
    if not found:
        return None
    (application,) = found
    taken = visible_steps(user, application)
    return {"application": application, "track": steps_of(application, taken), **_in_village_hands(user, application)}


def _latest(user: User) -> QuerySet[Application]:
    rows = applications_for(user).filter(unit__in=user.reach("ratings.fill")).select_related("unit", "cycle__scheme")
    return rows.order_by("-cycle__year", "unit_id", "pk")[:1]


def own_star(user: User) -> dict[str, Any] | None:
    """The star of the village for which the person works; None for everybody else."""
    return _star(asked(_own_star, user)) if _rated(user) else None


def _own_star(user: User) -> QuerySet[StarPeriod]:
    return _held(_rated(user))


def _rated(user: User) -> list[str]:
    return [post.unit_id for post in user.posts if post.role in RATED_POSTS]


def unit_star(user: User, unit: Unit) -> dict[str, Any] | None:
    """The star of ``unit``, for readers of the register there."""
    return _star(_held([unit.code])) if unit.is_rateable and user.has_perm("ratings.view_register", unit) else None


def _held(codes: list[str]) -> QuerySet[StarPeriod]:
    held = StarPeriod.objects.on().with_since().filter(unit__in=codes).select_related("decision")
    return held.order_by("unit_id")[:1]


def _star(held: Iterable[StarPeriod]) -> dict[str, Any] | None:
    period = next(iter(held), None)
    return {"period": period} if period else None


def _in_village_hands(user: User, application: Application) -> dict[str, Any]:
    """What the township has returned, each with its link and reason and whether it has been corrected; and whether only
    the signature is missing."""
    if not application.with_village:
        return {}
    turn = turn_for(user, application)
    criteria = sorted(turn.question.criteria.all(), key=lambda one: one.pk) if turn.question else []
    names = {c.code: c.name for c in application.scheme.spec.criteria}
    returned = [
        {
            "title": f"{one.criterion} {names[one.criterion]}",
            "detail": one.reason
            if one.criterion in turn.unmended
            else pgettext("of what was returned", "Corrected: %s") % one.reason,
            "url": card_address(application, one.criterion),
        }
        for one in criteria
    ]
    return {"returned": returned, "to_sign": turn.to_sign, "signers": _signers(application) if turn.to_sign else []}


def _signers(application: Application) -> list[str]:
    """Who may sign for the village today."""
    held = holders([Role.SIGNER, Role.TOWNSHIP_SIGNER], [application.unit_id]).get(application.unit_id, ())
    return list(User.objects.filter(pk__in=held).order_by("name").values_list("name", flat=True))
