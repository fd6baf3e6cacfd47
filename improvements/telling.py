"""Telling those who act for the parties of a plan."""

from collections.abc import Collection, Iterator

from django.urls import reverse

from improvements.models import Party, Plan
from improvements.parties import people_of
from notifications.models import Notice
from notifications.workflow import announce_all


def tell(plan: Plan, kind: str) -> None:
    """Tell all three parties."""
    tell_all([plan], kind, Party)


def tell_all(plans: Collection[Plan], kind: str, parties: Collection[Party]) -> None:
    """The same for many plans at once, in a bounded number of queries. Their units have been read."""
    announce_all(_notices(plans, kind, parties))


def _notices(plans: Collection[Plan], kind: str, parties: Collection[Party]) -> Iterator[Notice]:
    found = people_of(plans, parties)
    for plan in plans:
        told = {"unit": plan.unit.name, "reason": plan.reason, "until": plan.until}
        by_place, helpers = found[plan.pk]
        for user in sorted(by_place | helpers):
            sees = plan.proposed_at is not None or user in by_place
            link = plan.get_absolute_url() if sees else reverse("plans")
            yield Notice(user_id=user, kind=kind, params=told, link=link, unit_code=plan.unit_id)
