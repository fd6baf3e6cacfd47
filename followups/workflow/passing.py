"""Follow-ups pass on when a post changes hands, and when units merge or split."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import Appointment
from followups.models import FollowUp
from records import audit
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence


@transaction.atomic
def pass_to_successor(before: Appointment, after: Appointment) -> None:
    """Receives ``posts_handed_over``: what one person had to do by name passes to the successor."""
    named = FollowUp.objects.waiting().filter(
        person=before.user_id, responsible_unit=before.unit_id, responsible_role=before.role
    )
    with audit.acting(after.appointed_by, "hand_on_followup"):
        named.update(person=after.user_id)


@transaction.atomic
def release_absent() -> int:
    """Where the person named no longer holds the post, the whole office is responsible again; how many."""
    held = Appointment.objects.on(timezone.localdate()).filter(
        user=OuterRef("person"), unit=OuterRef("responsible_unit"), role=OuterRef("responsible_role")
    )
    with audit.acting(None, "hand_on_followup"):
        return FollowUp.objects.waiting().filter(~Exists(held), person__isnull=False).update(person=None)


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_settled``: what is waiting at a unit, once every app has passed on or ended what it owns, passes
    to the one that takes over its open work."""
    main = order.successions.filter(main=True).exclude(before=F("after")).select_related("before", "after")
    return [told for succession in main if (told := _passed(order, succession))]


def _passed(order: ReorganizationOrder, succession: UnitSuccession) -> OrderConsequence | None:
    count = 0
    with audit.acting(order.by, "villages.order", order.reason):
        for field in ("unit", "responsible_unit", "checker_unit"):
            moved = FollowUp.objects.waiting().filter(**{field: succession.before})
            n = moved.update(**{field: succession.after})
            count = n if field == "unit" else count
    if not count:
        return None
    words = ngettext("%(count)d follow-up passes to %(unit)s.", "%(count)d follow-ups pass to %(unit)s.", count)
    return OrderConsequence(succession.before_id, words % {"count": count, "unit": succession.name_after})
