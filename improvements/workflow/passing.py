"""Open plans pass to the unit that takes over (practice §4); the past stays readable in their history."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_noop, ngettext

from improvements.models import Plan, PlanState
from improvements.workflow.ending import call_off
from records import audit
from records.office_language import in_chinese
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``; what is followed up passes on by itself (``followups``)."""
    main = order.successions.filter(main=True).exclude(before=F("after")).select_related("before", "after")
    return [told for succession in main for told in _passed(order, succession)]


def _passed(order: ReorganizationOrder, succession: UnitSuccession) -> list[OrderConsequence]:
    ended = _end_doubles(order, succession)
    with audit.acting(order.by, "villages.order", order.reason):
        passed = Plan.objects.open().filter(unit=succession.before).update(unit=succession.after)
    told = []
    if ended:
        words = ngettext(
            "%(count)d improvement plan ends: %(unit)s has one for the same star.",
            "%(count)d improvement plans end: %(unit)s has one for the same star.",
            ended,
        )
        told.append(words % {"count": ended, "unit": succession.name_after})
    if passed:
        words = ngettext(
            "%(count)d improvement plan passes to %(unit)s.", "%(count)d improvement plans pass to %(unit)s.", passed
        )
        told.append(words % {"count": passed, "unit": succession.name_after})
    return [OrderConsequence(succession.before_id, text) for text in told]


def _end_doubles(order: ReorganizationOrder, succession: UnitSuccession) -> int:
    """Parts of a split that come together again have a plan each for the same fall: the one that is further on stays;
    how many end."""
    units = [succession.before_id, succession.after_id]
    falls = Plan.objects.open().filter(cause=Plan.Cause.FALL, unit__in=units)
    locked = falls.select_for_update(of=("self",)).order_by("pk")
    by_place = {(plan.unit_id, plan.decision_id): plan for plan in locked}
    there = {decision: plan for (unit, decision), plan in by_place.items() if unit == succession.after_id}
    doubles = [
        min(plan, there[decision], key=_how_far).pk
        for (unit, decision), plan in by_place.items()
        if unit == succession.before_id and decision in there
    ]
    reason = in_chinese(gettext_noop("The villages were merged: another plan for the same star goes on."))
    return call_off(Plan.objects.filter(pk__in=doubles), reason, by=order.by)


def _how_far(plan: Plan) -> int:
    return list(PlanState.OPEN).index(PlanState(plan.state))
