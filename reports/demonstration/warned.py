"""Warnings of the day in all their states: open, reported done, closed in time, and late with the level above."""

from datetime import timedelta

from django.utils import timezone

from followups import workflow
from followups.models import FollowUp
from records.deadlines import end_of
from reports.demonstration.people import Staff
from reports.demonstration.this_year import telling_accounts
from reports.kept_warnings import KINDS, refresh

SHOWN = 40
"""How many are moved on from where the rules leave them."""
REPORT = "已核实情况，材料已补齐并公开"


def load() -> str:
    """One in four stays open, one is reported, one is accepted, one is late."""
    staff, now = Staff(), timezone.now()
    with telling_accounts():
        opened = refresh(now)
        by_hand = [key for key, kind in KINDS.items() if not kind.own_steps]
        some = list(FollowUp.objects.waiting().filter(kind__in=by_hand).order_by("pk")[:SHOWN])
        late = [one.pk for one in some[3::4]]
        FollowUp.objects.filter(pk__in=late).update(due_at=end_of(timezone.localdate(now) - timedelta(days=2)))
        for one in some[1::4] + some[2::4]:
            workflow.report_done(one, by=staff(one.responsible_role, one.responsible_unit_id), report=REPORT)
        for one in some[2::4]:
            workflow.accept(one, by=staff(one.checker_role, one.checker_unit_id))
        up = workflow.escalate_late(now)
    return f"{opened} warnings, {up} late"
