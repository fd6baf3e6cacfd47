"""Importing the nation against a bare PostgreSQL COPY of the same rows (architecture §5: ≤ 3 ×)."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from bench import nation
from bench.measure import once, say, seconds
from villages.division_import import import_units


def run() -> None:
    with TemporaryDirectory() as folder:
        rows = nation.merged(Path(folder) / "nation.csv")
        bare = seconds(lambda: copy(rows))
    ours = once(lambda: import_units(nation.files()))
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from villages_unit")
        units = cursor.fetchone()[0]
    say("import the nation / bare COPY", ours / bare, 3, f"{units} units in {ours:.1f} s, COPY {bare:.1f} s")


def copy(rows: Path) -> None:
    with connection.cursor() as cursor, rows.open("rb") as file:
        cursor.execute("drop table if exists bare")
        cursor.execute("create table bare (code text, name text)")
        cursor.copy_expert("copy bare from stdin (format csv)", file)
