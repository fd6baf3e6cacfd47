"""Brings the database back to what migrating left, after a test that committed.

Django's flush truncates every table and then fills in permissions, proof and rights anew, a second each time. Here rows
that are newer than the migrations are deleted, without triggers: none that is left refers to one of them.
"""

from dataclasses import dataclass
from io import StringIO

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# A table that nothing was ever written to has no page.
WRITTEN = "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND pg_relation_size(oid) > 0"


class AsMigrated:
    """The database as it stands when this is made."""

    def __init__(self) -> None:
        self.tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        with connection.cursor() as cursor:
            rows = {table: Rows.of(table, cursor) for table in self._written(cursor)}
        self.migrated = {table: there for table, there in rows.items() if there.state != EMPTY}

    def restore(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            newer = [f'DELETE FROM "{table}" WHERE {self._newer(table)}' for table in self._written(cursor)]
            cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *newer]))
            for table, rows in self.migrated.items():
                if _state(table, cursor) != rows.state:  # a row of theirs was changed or deleted
                    self.migrated[table] = rows.refilled(table, cursor)

    def _written(self, cursor: CursorWrapper) -> list[str]:
        cursor.execute(WRITTEN, [[f'"{table}"' for table in self.tables]])
        return [table for (table,) in cursor]

    def _newer(self, table: str) -> str:
        return f"xmin::text::bigint > {self.migrated[table].state[1]}" if table in self.migrated else "true"


EMPTY = (0, None)


@dataclass(frozen=True)
class Rows:
    """What a table holds: how many rows, the newest transaction that wrote one, and the rows themselves."""

    state: tuple[int, int | None]
    content: str

    @classmethod
    def of(cls, table: str, cursor: CursorWrapper) -> "Rows":
        content = StringIO()
        cursor.copy_expert(f'COPY "{table}" TO STDOUT', content)
        return cls(_state(table, cursor), content.getvalue())

    def refilled(self, table: str, cursor: CursorWrapper) -> "Rows":
        cursor.execute(f'DELETE FROM "{table}"')
        cursor.copy_expert(f'COPY "{table}" FROM STDIN', StringIO(self.content))
        return Rows(_state(table, cursor), self.content)


def _state(table: str, cursor: CursorWrapper) -> tuple[int, int | None]:
    cursor.execute(f'SELECT count(*), max(xmin::text::bigint) FROM "{table}"')
    return cursor.fetchone()
