"""``/healthz``: this process is alive. ``/readyz``: so is everything that it needs (architecture §3)."""

from collections.abc import Callable
from enum import StrEnum

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_redis import get_redis_connection

from config import disk_space
from config.celery import HEARTBEAT_KEY, POOL_KEY, app
from records.outage import disk_is_full

PING_SECONDS = 2


class Reason(StrEnum):
    """Why a part is not ready; docs/operations.md says what to do about each."""

    DISK_FULL = "the disk is full"
    READ_ONLY = "cannot be written to"
    FORGETFUL = "what was written is not there"
    NO_WORKER = f"no worker answered within {PING_SECONDS} seconds"
    NO_POOL = "it answers, but none of its processes can work"
    NO_SIGN = "no sign of life"


class NotReady(Exception):
    """A part does not answer as it should."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)


def database() -> None:
    """The database answers, is writable, and has disk space: a sort too large for its memory spills to disk."""
    if disk_space.is_full():
        raise NotReady(Reason.DISK_FULL)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local work_mem = '64kB'")
        cursor.execute("select count(*), current_setting('transaction_read_only') from generate_series(1, 10000)")
        if cursor.fetchone()[1] == "on":
            raise NotReady(Reason.READ_ONLY)


def redis() -> None:
    get_redis_connection().ping()  # the cache treats an outage as a miss
    cache.set("readyz", 1, 10)
    if cache.get("readyz") != 1:
        raise NotReady(Reason.FORGETFUL)


def worker() -> None:
    if not app.control.ping(timeout=PING_SECONDS, limit=1):
        raise NotReady(Reason.NO_WORKER)
    if cache.get(POOL_KEY) is None:
        raise NotReady(Reason.NO_POOL)


def scheduler() -> None:
    if cache.get(HEARTBEAT_KEY) is None:
        raise NotReady(Reason.NO_SIGN)


PARTS: dict[str, Callable[[], None]] = {"database": database, "redis": redis, "worker": worker, "scheduler": scheduler}


def state(part: Callable[[], None]) -> str:
    try:
        part()
    except NotReady as reason:
        return str(reason)
    # noqa: BLE001 - whatever a driver raises, it is not ready; addresses are not disclosed
    except Exception as failure:
        return Reason.DISK_FULL.value if disk_is_full(failure) else type(failure).__name__
    return "ok"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    states = {name: state(part) for name, part in PARTS.items()}
    ready = set(states.values()) == {"ok"}
    return JsonResponse(states, status=200 if ready else 503)
