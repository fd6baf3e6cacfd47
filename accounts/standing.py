"""Whether people act in their own right or stand in for somebody (代): what they do as a deputy is marked so."""

from collections.abc import Collection

from django.utils import timezone

from accounts.models import Appointment, UnitPermission
from villages.models import prefixes

Pair = tuple[int, str]


def standing_in(perm: str, pairs: Collection[Pair]) -> set[Pair]:
    """Of ``pairs`` (user id, unit code) those in which the user holds ``perm`` there today as a deputy alone."""
    label, codename = perm.split(".")
    rows = UnitPermission.objects.filter(
        appointment__in=Appointment.objects.on(timezone.localdate()),
        permission__content_type__app_label=label,
        permission__codename=codename,
        user__in={user for user, _code in pairs},
    ).values_list("user_id", "content_object_id", "appointment__deputy_for")
    deputies = {(user, code) for user, code, deputy_for in rows if deputy_for is not None}
    if not deputies:
        return set()
    own = {(user, code) for user, code, deputy_for in rows if deputy_for is None}
    return {
        (user, code)
        for user, code in pairs
        if any((user, above) in deputies for above in prefixes(code))
        and not any((user, above) in own for above in prefixes(code))
    }
