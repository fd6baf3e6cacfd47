"""Existing appointments follow ``ROLES``: a new permission of a role needs no data migration.

``migrate`` ends with it; between migrations ``accounts.grant_integrity`` finds any difference.
"""

from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection, transaction

from accounts.models import Appointment, UnitPermission
from accounts.roles import ROLES

# A nation has millions of these rows, so each is one statement over all of them.
TAKE = """
delete from accounts_unitpermission g using accounts_appointment p
where p.id = g.appointment_id and not exists (
    select from unnest(%s::text[], %s::int[]) as wanted (role, permission)
    where wanted.role = p.role and wanted.permission = g.permission_id
)
"""
GIVE = """
insert into accounts_unitpermission (user_id, content_object_id, appointment_id, permission_id)
select p.user_id, p.unit_id, p.id, wanted.permission
from accounts_appointment p join unnest(%s::text[], %s::int[]) as wanted (role, permission) on wanted.role = p.role
where not exists (
    select from accounts_unitpermission g where g.appointment_id = p.id and g.permission_id = wanted.permission
)
order by p.id, wanted.permission
"""


@transaction.atomic
def follow(**_signal: Any) -> None:
    """Create missing rows, and delete those of permissions that the role no longer has."""
    if UnitPermission._meta.db_table not in connection.introspection.table_names() or not Appointment.objects.exists():
        return
    ids = {f"{p.content_type.app_label}.{p.codename}": p.pk for p in Permission.objects.select_related("content_type")}
    wanted = [(role, ids[right]) for role, spec in ROLES.items() for right in sorted(spec.permissions & ids.keys())]
    roles, permissions = ([*column] for column in zip(*wanted, strict=True))
    with connection.cursor() as cursor:
        for statement in (TAKE, GIVE):
            cursor.execute(statement, [roles, permissions])
