"""The role that owns the tables: for ``migrate`` alone, so that the running system can switch nothing off."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

SIGNING_IN = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


@contextmanager
def as_owner() -> Iterator[None]:
    """Work on the same database as ``DATABASE_OWNER_URL``; nothing changes where that is the runtime's address."""
    runtime = {key: connection.settings_dict.get(key) for key in SIGNING_IN}
    owner = {key: settings.DATABASE_OWNER.get(key, runtime[key]) for key in SIGNING_IN}
    if owner == runtime:
        yield
        return
    connection.close()
    connection.settings_dict.update(owner)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(runtime)
