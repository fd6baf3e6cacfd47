"""Brings the database back to what migrating left, after a test that committed.

Django's flush truncates every table and then fills in permissions, proof and rights anew, a second each time; a test
fills some thirty of the 136 tables with a few rows.
"""

from io import StringIO

from django.db import connection, transaction


class AsMigrated:
    """The database as it stands when this is made."""

    def __init__(self) -> None:
        self.tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self.rows = {table: _rows(table) for table in self._filled()}

    def restore(self) -> None:
        """Empty the tables that were empty; refill those that were not and have changed."""
        changed = [table for table in self._filled() if table not in self.rows]
        refilled = [table for table, rows in self.rows.items() if _rows(table) != rows]
        if changed or refilled:
            with transaction.atomic(), connection.cursor() as cursor:
                for table in [*changed, *refilled]:
                    cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER; DELETE FROM "{table}"')
                for table in refilled:
                    cursor.copy_expert(f'COPY "{table}" FROM STDIN', StringIO(self.rows[table]))
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while a check is pending
                for table in [*changed, *refilled]:
                    cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')

    def _filled(self) -> list[str]:
        each = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in self.tables)
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(each))
            return [table for (table,) in cursor]


def _rows(table: str) -> str:
    content = StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" TO STDOUT', content)
    return content.getvalue()
