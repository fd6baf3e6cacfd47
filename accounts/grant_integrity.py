"""Permission rows without an appointment, and appointments with missing rows."""

from collections.abc import Iterator

from django.db.models import F

from accounts.models import Appointment, UnitPermission
from accounts.roles import ROLES
from records.integrity import Fault, IntegrityCheck

NOTHING = "—"


def faults() -> Iterator[Fault]:
    """Each row must match its appointment's person and unit and a permission of the role; each permission needs
    a row."""
    strays = UnitPermission.objects.exclude(user=F("appointment__user"), content_object=F("appointment__unit"))
    for row in strays.select_related("appointment", "permission__content_type"):
        post = row.appointment
        yield Fault(
            f"accounts_unitpermission {row.pk}",
            f"user {post.user_id} unit {post.unit_id}",
            f"user {row.user_id} unit {row.content_object_id}",
        )
    held: dict[int, set[str]] = {}
    rows = UnitPermission.objects.values_list(
        "appointment", "permission__content_type__app_label", "permission__codename"
    )
    for post, app, codename in rows.iterator():
        held.setdefault(post, set()).add(f"{app}.{codename}")
    for pk, role in Appointment.objects.order_by("pk").values_list("pk", "role").iterator():
        wanted, granted = set(ROLES[role].permissions), held.get(pk, set())
        for right in sorted(granted - wanted):
            yield Fault(f"accounts_appointment {pk} {role}", NOTHING, right)
        for right in sorted(wanted - granted):
            yield Fault(f"accounts_appointment {pk} {role}", right, NOTHING)


GRANTS = IntegrityCheck("grants", faults)
