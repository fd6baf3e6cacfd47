"""Existing appointments follow ``ROLES``: a new permission of a role needs no data migration.

``migrate`` ends with it; between migrations ``accounts.grant_integrity`` finds any difference.
"""

from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection, transaction

from accounts.models import Appointment, UnitPermission
from accounts.roles import ROLES


@transaction.atomic
def follow(**_signal: Any) -> None:
    """Create missing rows, and delete those of permissions that the role no longer has."""
    if UnitPermission._meta.db_table not in connection.introspection.table_names() or not Appointment.objects.exists():
        return
    ids = {f"{p.content_type.app_label}.{p.codename}": p.pk for p in Permission.objects.select_related("content_type")}
    for role, spec in ROLES.items():
        wanted = [ids[right] for right in sorted(spec.permissions & ids.keys())]
        # By a subquery on appointments: a join would make Django delete what the table joined with itself gives, which
        # PostgreSQL reads row by row for each row where it has no statistics yet.
        posts = Appointment.objects.filter(role=role)
        UnitPermission.objects.filter(appointment__in=posts).exclude(permission__in=wanted).delete()
        for permission in wanted:
            _give(Appointment.objects.filter(role=role).exclude(grants__permission=permission), permission)


def _give(appointments: Any, permission: int) -> None:
    UnitPermission.objects.bulk_create(
        (
            UnitPermission(
                user_id=post.user_id, content_object_id=post.unit_id, appointment=post, permission_id=permission
            )
            for post in appointments
        ),
        batch_size=5000,
    )
