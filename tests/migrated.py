"""A migrated, empty database to copy test databases from: migrating is slow, a copy is fast."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from config import services

PREFIX = "migrated_"


def template_database() -> str:
    """The name of a database with the current migrations, created if needed; older ones are dropped."""
    name = PREFIX + _digest()
    with (services.data_dir() / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = psycopg2.connect(services.database_owner_url())
        connection.autocommit = True  # as CREATE DATABASE demands
        with connection.cursor() as cursor:
            cursor.execute("select datname from pg_database where starts_with(datname, %s)", [PREFIX])
            found = {row[0] for row in cursor}
            if name not in found:
                for old in found:
                    cursor.execute(f'DROP DATABASE "{old}"')
                _migrate(cursor, name)
        connection.close()
    return name


@contextmanager
def migrated_copy(name: str) -> Iterator[str]:
    """The address, as its owner, of a copy for a system that is started for real."""
    connection = psycopg2.connect(services.database_owner_url())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database()}"')
        try:
            yield urlsplit(services.database_owner_url())._replace(path=f"/{name}").geturl()
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    connection.close()


def _migrate(cursor: psycopg2.extensions.cursor, name: str) -> None:
    unfinished = f"{name}_unfinished"
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    urls = {"DATABASE_URL": services.database_url(), "DATABASE_OWNER_URL": services.database_owner_url()}
    there = {name: urlsplit(url)._replace(path=f"/{unfinished}").geturl() for name, url in urls.items()}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=services.BASE_DIR, env={**os.environ, **there}, check=True)
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


def _digest() -> str:
    """Of everything that determines the result of migrating: our migrations, and the versions of others'."""
    digest = hashlib.sha256()
    sources = [*services.BASE_DIR.glob("*/migrations/*.py"), Path("uv.lock")]
    for source in sorted(services.BASE_DIR / source for source in sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]
