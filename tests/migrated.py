"""A migrated, empty database to copy test databases from: migrating is slow, a copy is fast."""

import fcntl
import hashlib
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from django.db.backends.postgresql.creation import DatabaseCreation

from config import services

PREFIX = "migrated_"
CONNECTED = "SELECT backend_start, state, query FROM pg_stat_activity WHERE datname = %s"


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


class CopiedDatabase(DatabaseCreation):
    """Makes the test database a copy. Django would migrate it once more, which changes nothing, and in the end wait
    five seconds for whoever is connected."""

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        name = self._get_test_db_name()
        self.connection.settings_dict["TEST"]["TEMPLATE"] = template_database()
        self._create_test_db(verbosity=0, autoclobber=True)
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = self.connection.settings_dict["NAME"] = name
        return name

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        with self._nodb_cursor() as cursor:
            cursor.execute(CONNECTED, [test_database_name])
            for began, state, statement in cursor.fetchall():
                warnings.warn(f"connected since {began}, {state}: {statement}", stacklevel=1)
            cursor.execute(f"DROP DATABASE {self._quote_name(test_database_name)} WITH (FORCE)")


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
