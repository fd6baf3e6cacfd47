"""An index by time on the history of each table: the audit trail reads the newest rows of all of them in one order.

By time rather than by number: rows are numbered as they are written, but dated with the beginning of their transaction.
"""

from typing import Any

from django.db import connection

from records.proof import histories

SUFFIX = "_in_time"


def install(**_signal: Any) -> None:
    """After migrating, for histories that have none yet."""
    tables = {model._meta.db_table for model in histories().values()} & set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_indexes where schemaname = current_schema() and indexname = tablename || %s",
            [SUFFIX],
        )
        there = {table for (table,) in cursor.fetchall()}
        for table in sorted(tables - there):
            cursor.execute(f"create index {table}{SUFFIX} on {table} (pgh_created_at, pgh_id)")
