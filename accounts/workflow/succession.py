"""What an order that merges or splits units does to posts (practice §4): those at a dissolved unit end or pass on."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.authority import grant
from accounts.models import Appointment
from notifications.workflow import announce
from records.audit import acting
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``: posts at dissolved units end at once; where the order says so, the successor
    unit gets them."""
    followed = []
    for succession in order.successions.filter(main=True, before__ended__isnull=False).select_related(
        "before", "after"
    ):
        posts = list(_held(succession.before_id))
        with acting(order.by, "villages.order", order.reason):
            _end(posts, succession)
            if order.posts_pass:
                _give_on(posts, succession, order)
        if posts:
            followed.append(OrderConsequence(succession.before_id, _words(order, succession, len(posts))))
    return followed


def _held(unit: str) -> QuerySet[Appointment]:
    today = timezone.localdate()
    return Appointment.objects.select_for_update().filter(Q(ends=None) | Q(ends__gte=today), unit=unit).order_by("pk")


def _end(posts: list[Appointment], succession: UnitSuccession) -> None:
    """Yesterday was the last day; for a post that began today or later, its first day is."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for post in posts:
        last = max(post.starts, yesterday)
        Appointment.objects.filter(pk=post.pk).update(ends=last)
        words = {"unit": succession.name_before, "role": post.office, "day": last.isoformat()}
        announce([post.user_id], "appointment_ends", unit_code=post.unit_id, **words)


def _give_on(posts: list[Appointment], succession: UnitSuccession, order: ReorganizationOrder) -> None:
    today = timezone.localdate()
    there = set(_held(succession.after_id).values_list("user_id", "role"))
    passed = [
        Appointment(
            user_id=post.user_id,
            role=post.role,
            unit=succession.after,
            department=post.department,
            starts=max(post.starts, today),
            ends=post.ends,
            appointed_by=order.by,
        )
        for post in posts
        if (post.user_id, post.role) not in there
    ]
    grant(Appointment.objects.bulk_create(passed))


def _words(order: ReorganizationOrder, succession: UnitSuccession, count: int) -> str:
    if order.posts_pass:
        words = ngettext("%(count)d post passes to %(unit)s.", "%(count)d posts pass to %(unit)s.", count)
    else:
        words = ngettext("%(count)d post ends.", "%(count)d posts end.", count)
    return words % {"count": count, "unit": succession.name_after}
