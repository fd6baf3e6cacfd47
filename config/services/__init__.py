"""PostgreSQL and Valkey started by the application itself, where no server is configured (architecture §2).

Every process that needs a service *attaches* to it: it holds a shared lock on ``DATA_DIR/NAME.users`` for as long as it
lives. A process that finds no keeper starts one (``keeper.py``): a process of its own that runs the server as its child
and stops it as soon as nobody holds that lock. Locks end with their process, so a kill -9 of any user leaves nothing
behind.

Nothing here imports Django: settings only ask for addresses, and keepers start quickly.
"""

import atexit
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from config.services.attachment import Attachment, ServiceFailed
from config.services.servers import PostgreSQL, Server, Valkey
from config.services.service_directory import ServiceDirectory

__all__ = [
    "ServiceFailed",
    "attach",
    "broker_url",
    "data_dir",
    "database_owner_url",
    "database_url",
    "detach",
    "redis_url",
    "renew",
    "with_database",
]

BASE_DIR = Path(__file__).resolve().parent.parent.parent

_attachments: list[Attachment] = []


def data_dir() -> Path:
    """The directory for everything that the system stores outside configured servers."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve()


def database_url() -> str:
    """``DATABASE_URL``, or the address of our own server (architecture §2), for the running system."""
    return os.environ.get("DATABASE_URL") or PostgreSQL(ServiceDirectory(data_dir())).runtime_url


def database_owner_url() -> str:
    """The same database for the role that owns the tables: ``DATABASE_OWNER_URL``, else as ``DATABASE_URL``."""
    given = os.environ.get("DATABASE_URL")
    return (os.environ.get("DATABASE_OWNER_URL") or given) if given else PostgreSQL(ServiceDirectory(data_dir())).url


def redis_url() -> str:
    """``REDIS_URL``, or the address of our own server, database 0."""
    return os.environ.get("REDIS_URL") or Valkey(ServiceDirectory(data_dir())).url


def broker_url(redis_url: str) -> str:
    """The same server as Celery spells it: a socket is ``redis+socket://``."""
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


def with_database(redis_url: str, number: int) -> str:
    """The same server, another numbered database."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        query = urlencode({**dict(parse_qsl(parts.query)), "db": number})
        return f"unix://{parts.path}?{query}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def attach() -> None:
    """Make the services that are not configured available to this process until it ends. Raises ``ServiceFailed``."""
    if _attachments and _attachments[0].is_mine:
        return
    _attachments.clear()
    _attachments.extend(Attachment(server) for server in _own_servers())
    for attachment in _attachments:
        attachment.begin()
    for attachment in _attachments:
        attachment.wait_until_ready()
    atexit.register(detach)


def renew() -> Iterator[str]:
    """Replace keepers that have died; one line for each. For a long-running process that supervises the services."""
    for attachment in _attachments:
        if said := attachment.renew():
            yield said


def detach(patience: float = 0) -> None:
    """Release the services; those that nobody else uses have stopped when this returns. ``patience``: seconds for
    others who are just ending."""
    atexit.unregister(detach)
    given_up = time.monotonic() + patience
    while _attachments:
        _attachments.pop().end(given_up)


def _own_servers() -> list[Server]:
    place = ServiceDirectory(data_dir())
    given = {PostgreSQL: "DATABASE_URL", Valkey: "REDIS_URL"}
    return [kind(place) for kind, variable in given.items() if not os.environ.get(variable)]
