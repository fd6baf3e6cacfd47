"""The village's home and page: where its application stands, and the star that it holds."""

from typing import Any

from django.urls import reverse

from accounts.models import User
from ratings import secrecy
from ratings.models import Application, ReturnedCriterion, StarPeriod
from ratings.progress import steps_of
from villages.models import Level, Unit, below_any


def progress(user: User) -> dict[str, Any] | None:
    """The latest application of the person's village with the step it is in; None for those who fill in nowhere."""
    codes = user.reach("ratings.fill")
    if not codes:
        return None
    rows = Application.objects.filter(below_any(codes, "unit_id")).select_related("unit", "cycle__scheme")
    application = secrecy.with_shown_state(rows, user).order_by("-cycle__year", "unit_id").first()
    if application is None:
        return None
    taken = secrecy.shown_steps(user, application, list(application.transitions.all()))
    return {"application": application, "track": steps_of(application, taken), "returned": _returned(application)}


def own_star(user: User) -> dict[str, Any] | None:
    """The star of the village for which the person works; None for everybody else."""
    codes = [post.unit_id for post in user.posts if post.unit.level == Level.VILLAGE]
    return _star(codes) if codes else None


def unit_star(user: User, unit: Unit) -> dict[str, Any] | None:
    """The star of ``unit``, for whoever may see the register there."""
    return _star([unit.code]) if unit.rated and user.has_perm("ratings.view_register", unit) else None


def _star(codes: list[str]) -> dict[str, Any] | None:
    held = StarPeriod.objects.on().with_since().filter(unit__in=codes).select_related("decision")
    period = held.order_by("unit_id").first()
    return {"period": period} if period else None


def _returned(application: Application) -> list[dict[str, Any]]:
    """What the township has returned, each with its page and reason."""
    if application.state != Application.State.RETURNED:
        return []
    spec = application.cycle.scheme.spec
    places = {c.code: (number, c.name) for number, area in enumerate(spec.areas, start=1) for c in area.criteria}
    asked = ReturnedCriterion.objects.filter(of__application=application, of__answered_at=None).order_by("id")
    return [
        {
            "title": f"{one.criterion} {places[one.criterion][1]}",
            "detail": one.reason,
            "url": reverse("application_area", args=[application.pk, places[one.criterion][0]]),
        }
        for one in asked
    ]
