"""Improvement plans on the home page of those who carry them out or help, and on a unit's page."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from improvements.models import Plan
from improvements.models.lifecycle import CARRY_OUT, HELP, VIEW
from ratings.models import Decision
from reviews.results.next_steps import NextStep
from villages.models import Unit, below_any

SHOWN = 10


def own_plans(user: User) -> dict[str, Any] | None:
    """For a helper unit its villages, for a village its own plan; None for others, and for a village without one."""
    if user.reach(HELP):
        return {"plans": asked(_helped, user), "helper": True}
    if not user.reach(CARRY_OUT):
        return None
    found = asked(_carried_out, user)
    return {"plans": found, "helper": False} if found else None


def _helped(user: User) -> QuerySet[Plan]:
    return _listed(Plan.objects.helped_by(user).open())


def _carried_out(user: User) -> QuerySet[Plan]:
    return _listed(Plan.objects.filter(below_any(user.reach(CARRY_OUT), "unit_id")).open())


def plans_of_unit(user: User, unit: Unit) -> dict[str, Any] | None:
    if not user.has_perm(VIEW, unit):
        return None
    found = list(_listed(Plan.objects.filter(unit=unit).order_by("-begun_on", "-pk")))
    return {"plans": found} if found else None


def plans_after_result(user: User, decision: Decision) -> list[NextStep]:
    """Below the score card of a confirmed result: the plans of its village. No query."""
    if decision.state != Decision.State.CONFIRMED or not user.has_perm(VIEW, decision):
        return []
    return [NextStep(_("Improvement plans"), f"{reverse('plans')}?q={decision.unit_id}")]


def _listed(plans: Any) -> QuerySet[Plan]:
    return plans.select_related("unit")[:SHOWN]
