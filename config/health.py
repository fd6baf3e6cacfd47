"""``/healthz``: this process lives. ``/readyz``: so does everything that it needs (design §3)."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.celery import HEARTBEAT_KEY, app

PING_SECONDS = 2


class NotReady(Exception):
    """A part does not answer; the message says what was expected of it."""


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def redis() -> None:
    cache.set("readyz", 1, 10)
    if cache.get("readyz") != 1:
        raise NotReady("what was written is not there")


def worker() -> None:
    if not app.control.ping(timeout=PING_SECONDS, limit=1):
        raise NotReady(f"no worker answered within {PING_SECONDS} seconds")


def scheduler() -> None:
    if cache.get(HEARTBEAT_KEY) is None:
        raise NotReady("no sign of life")


PARTS: dict[str, Callable[[], None]] = {"database": database, "redis": redis, "worker": worker, "scheduler": scheduler}


def state(part: Callable[[], None]) -> str:
    try:
        part()
    except NotReady as reason:
        return str(reason)
    except Exception as failure:  # noqa: BLE001 - whatever a driver raises, it is not ready; addresses stay unsaid
        return type(failure).__name__
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
