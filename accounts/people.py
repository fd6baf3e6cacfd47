"""Who is responsible for a place: the ids of those who hold a role there today."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.utils import timezone

from accounts.models import Appointment
from villages.models import prefixes


def holders(roles: Collection[str], codes: Iterable[str]) -> dict[str, list[int]]:
    """User ids by unit code for those who hold one of ``roles`` on the unit itself, for all ``codes`` in one query."""
    found = defaultdict(list)
    rows = Appointment.objects.on(timezone.localdate()).filter(role__in=roles, unit__in=list(codes))
    for code, user_id in rows.values_list("unit_id", "user_id").distinct():
        found[code].append(user_id)
    return dict(found)


def responsible(roles: Collection[str], code: str) -> list[int]:
    """User ids of those who hold one of ``roles`` on the unit ``code`` or on any unit above it."""
    return [user_id for ids in holders(roles, prefixes(code)).values() for user_id in ids]
