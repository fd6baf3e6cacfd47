"""The office in which somebody acted, for the readers of the audit trail."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from accounts.models import Appointment


class Offices:
    """The posts of some people, past ones too; one query."""

    def __init__(self, users: Iterable[int]) -> None:
        self._posts = defaultdict(list)
        rows = Appointment.objects.filter(user__in=set(users)).select_related("unit")
        for post in rows.order_by("starts", "pk"):
            self._posts[post.user_id].append(post)

    def held_by(self, user: int | None, unit: str, at: datetime) -> str:
        """The post that ``user`` held at the moment over the unit with this code, or else anywhere; "" for none."""
        return self.on(user, unit, timezone.localdate(at)) if user else ""

    def on(self, user: int, unit: str, day: date) -> str:
        held = [one for one in self._posts[user] if one.starts <= day and (one.ends is None or day <= one.ends)]
        if not held:
            return ""
        # The nearest above the unit is the one most likely used there; without a unit, the first.
        post = max(held, key=lambda one: len(one.unit_id) if unit.startswith(one.unit_id) else 0)
        return f"{post.unit.name} {post.office}"
