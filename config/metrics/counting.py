"""Requests by route, method and status, and their duration, over all web processes (prometheus-client's files)."""

import os
import shutil
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
NO_ROUTE = "none"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def begin_anew(folder: Path) -> None:
    """Runs before any web process: discard the counters of the last run, and count this run in ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ[FOLDER] = str(folder)


@cache
def _counters() -> tuple[Any, Any]:
    from prometheus_client import Counter, Histogram  # it looks for its folder on import

    return (
        Counter("pingxing_requests", "Requests answered", ["route", "method", "status"]),
        Histogram("pingxing_request_seconds", "Time until the answer began", ["route", "method"]),
    )


class MetricsMiddleware:
    """Route names, never addresses: an address may name a person, and strangers invent new ones (unbounded
    cardinality)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.requests, self.seconds = _counters()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        route = getattr(request.resolver_match, "view_name", "") or NO_ROUTE
        method = request.method if request.method in METHODS else "other"
        self.requests.labels(route, method, str(response.status_code)).inc()
        self.seconds.labels(route, method).observe(time.perf_counter() - began)
        return response
