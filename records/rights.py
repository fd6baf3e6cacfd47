"""The database rights of the running system's role: no more than it needs.

``migrate`` gives these rights as the role that owns the tables (``DATABASE_OWNER_URL``). The running system reads all,
adds rows, and changes or deletes them only where no trigger refuses that anyway; it owns nothing, so it can neither
disable a trigger nor truncate or alter a table. Only the proof's own functions write the proof.
"""
# ruff: noqa: S608 (the names put into the SQL are those of our own tables)

from collections.abc import Iterator
from functools import cache
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import connection

from records.integrity import Fault, IntegrityCheck

READ_ONLY = {
    "django_migrations",
    "records_digest",
    "records_provedcolumns",
    "records_schemaobject",
    "records_seal",
}
STEPS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_OURS = "from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace"
_TABLES = f"select relname {_OURS}"

_HELD = f"""
with runtime as (select %s::name as role)
select relname, array(
    select step from runtime, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) step
    where has_table_privilege(role, oid, step)
    or step in ('INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(role, oid, step)
) from (select oid, relname {_OURS}) t order by relname
"""


def wanted(table: str) -> list[str]:
    """The rights of the running system on a table."""
    refused = {"INSERT", "UPDATE", "DELETE"} if table in READ_ONLY else _refused().get(table, set())
    return [step for step in STEPS if step not in refused]


@cache
def _refused() -> dict[str, set[str]]:
    """Table → the operations that a trigger refuses there for every row."""
    found: dict[str, set[str]] = {}
    for model, trigger in pgtrigger.registered():
        if type(trigger) is pgtrigger.Protect and trigger.condition is None:
            found.setdefault(model._meta.db_table, set()).update(str(trigger.operation).upper().split(" OR "))
    return found


def give(**_signal: Any) -> None:
    """Grant the running system exactly its rights; does nothing if its role owns the tables."""
    role = settings.DATABASE_ROLE
    with connection.cursor() as cursor:
        cursor.execute("select current_user = %s", [role])
        if cursor.fetchone()[0]:
            return
        schema = connection.ops.quote_name(_one(cursor, "select current_schema()"))
        name = connection.ops.quote_name(role)
        cursor.execute(_TABLES)
        statements = [
            f"grant usage on schema {schema} to {name}",
            f"revoke all on all tables in schema {schema} from {name}",
            f"grant usage, select on all sequences in schema {schema} to {name}",
            *(f'grant {", ".join(wanted(table))} on "{table}" to {name}' for (table,) in cursor.fetchall()),
        ]
        cursor.execute("; ".join(statements))


def is_owner() -> bool:
    """Whether the running system's role owns tables or is a superuser: then it can disable triggers."""
    with connection.cursor() as cursor:
        return _one(
            cursor,
            "select coalesce((select rolsuper from pg_roles where rolname = %s), true) or exists ("
            f"{_TABLES} and pg_has_role(%s, relowner, 'member'))",
            [settings.DATABASE_ROLE] * 2,
        )


def faults() -> Iterator[Fault]:
    """Rights that the running system has but does not need; ownership is reported separately (``is_owner``)."""
    if is_owner():
        return
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [settings.DATABASE_ROLE])
        for table, held in cursor.fetchall():
            for step in sorted(set(held) - set(wanted(table))):
                yield Fault(table, f"{settings.DATABASE_ROLE} without {step}", step)


CHECK = IntegrityCheck("rights", faults)


def _one(cursor: Any, statement: str, values: list | None = None) -> Any:
    cursor.execute(statement, values)
    return cursor.fetchone()[0]
