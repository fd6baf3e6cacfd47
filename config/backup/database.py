"""Runs PostgreSQL's own programs as the role that owns the tables: dump one snapshot, restore all of it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from psycopg2.extensions import make_dsn

from config.backup import BackupFailed
from config.owner_role import as_owner
from config.services.binaries import ProgramMissing, postgresql_client

AS_WE_MAKE_IT = ["--no-owner", "--no-privileges"]
"""Roles differ from place to place; ``migrate`` grants the rights again (``records.rights``)."""


@contextmanager
def snapshot() -> Iterator[str]:
    """One snapshot of the database for everything read inside and for ``dump``; concurrent writers are not blocked."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("select pg_export_snapshot()")
        yield cursor.fetchone()[0]


def dump(snapshot: str, to: Path) -> None:
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    options = ["--format=custom", "--no-comments", f"--snapshot={snapshot}", f"--file={to}"]
    _run("pg_dump", *AS_WE_MAKE_IT, *options)


def restore(dumped: Path) -> None:
    """Restore everything or nothing."""
    with as_owner():
        _run("pg_restore", *AS_WE_MAKE_IT, "--single-transaction", "--exit-on-error", str(dumped))


def is_empty() -> bool:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select not exists (select from pg_class c where relnamespace = current_schema()::regnamespace "
            "and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e'))"
        )
        return cursor.fetchone()[0]


def server() -> int:
    """The major version of the server."""
    connection.ensure_connection()
    return connection.pg_version // 10000


def demand_program(name: str) -> Path:
    try:
        return postgresql_client(name)
    except ProgramMissing as missing:
        raise BackupFailed(str(missing)) from None


def _run(program: str, *options: str) -> None:
    given = connection.get_connection_params()
    password = given.pop("password", None) or os.environ.get("PGPASSWORD", "")
    dsn = make_dsn(**{key: value for key, value in given.items() if key not in ("cursor_factory", "client_encoding")})
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [demand_program(program), *options, f"--dbname={dsn}"],
        env={**os.environ, "PGPASSWORD": password, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = " / ".join(done.stderr.strip().splitlines()[:3])
        raise BackupFailed(f"{program}: {said or f'ended with {done.returncode}'}")
