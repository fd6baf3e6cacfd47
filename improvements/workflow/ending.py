"""A plan ends before it has passed: its cause is gone, or the county needs it no longer."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from followups import workflow as followups
from improvements.models import Party, Plan, PlanQuerySet, PlanState
from improvements.telling import tell_all
from records import audit

FOLLOWUPS = ("plan_agree", "plan_carry_out", "plan_check")
"""The kinds of follow-up that wait for a plan."""


@transaction.atomic
def call_off(plans: PlanQuerySet, reason: str, *, by: User | None = None, at: datetime | None = None) -> int:
    """End these open plans, and what waits for them; how many. Those who know of a plan are told."""
    ended = list(plans.select_for_update(of=("self",)).select_related("unit").order_by("pk"))
    if not ended:
        return 0
    ids = [plan.pk for plan in ended]
    with audit.acting(by, "cancel_plan", reason):
        Plan.objects.filter(pk__in=ids).update(state=PlanState.CANCELLED, reason=reason, closed_at=at or timezone.now())
        for kind in FOLLOWUPS:
            followups.call_off(kind, ids, by=by, reason=reason)
        for plan in ended:
            plan.reason = reason
        tell_all([plan for plan in ended if plan.proposed_at], "plan_cancelled", Party)
        if by:  # somebody ends a draft: its helper unit has not heard of it yet
            drafts = [plan for plan in ended if not plan.proposed_at]
            tell_all(drafts, "plan_cancelled", [Party.VILLAGE, Party.TOWNSHIP])
    return len(ids)
