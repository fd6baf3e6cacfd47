"""The role that owns the tables: for ``migrate`` only, so that the running system cannot disable any safeguard."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

SIGNING_IN = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


@contextmanager
def as_owner() -> Iterator[None]:
    """Use the same database through ``DATABASE_OWNER_URL``; nothing changes where that equals the runtime's address."""
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
