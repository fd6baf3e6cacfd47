"""A plan ends before it has passed: its cause is gone, or the county needs it no longer."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from followups import workflow as followups
from improvements.models import Plan, PlanQuerySet, PlanState
from records import audit

FOLLOWUPS = ("plan_agree", "plan_carry_out", "plan_check")
"""The kinds of follow-up that wait for a plan."""


@transaction.atomic
def call_off(plans: PlanQuerySet, reason: str, *, by: User | None = None, at: datetime | None = None) -> int:
    """End these open plans, and what waits for them; how many."""
    ids = list(plans.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    with audit.acting(by, "cancel_plan", reason):
        Plan.objects.filter(pk__in=ids).update(state=PlanState.CANCELLED, reason=reason, closed_at=at or timezone.now())
    for kind in FOLLOWUPS:
        followups.call_off(kind, ids, by=by, reason=reason)
    return len(ids)
