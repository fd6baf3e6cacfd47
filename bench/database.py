"""The database for benchmarks; on the configured server, or on one started in ``.data/bench``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg2

NAME = "bench"


@contextmanager
def fresh() -> Iterator[None]:
    """Set Django up on a database of our own, and drop it at the end."""
    from config import services

    os.environ.setdefault("DATA_DIR", str(services.BASE_DIR / ".data" / "bench"))
    os.environ |= {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "bench.settings"}
    services.attach()
    server = services.database_owner_url()
    _on(server, f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME}")
    os.environ["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{NAME}").geturl()
    import django

    django.setup()
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()
        _on(server, f"DROP DATABASE {NAME}")


def empty() -> None:
    """A migrated database with nothing in it."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade")
        cursor.execute("create schema public")
    call_command("migrate", verbosity=0)


def backend() -> int:
    """The number of the server's process that answers our connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return cursor.fetchone()[0]


@contextmanager
def served() -> Iterator[str]:
    """The whole system as ``make run`` starts it, on this database; yields its address."""
    from django.conf import settings

    from tests.config.processes import supervised

    with supervised(settings.DATA_DIR, DATABASE_URL=os.environ["DATABASE_URL"]) as (_supervisor, address, _said):
        yield address


def _on(server: str, *statements: str) -> None:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()
