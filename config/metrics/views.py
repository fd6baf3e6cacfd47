"""``/metrics``, for a client that sends the token."""

import os

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from config.metrics.counting import FOLDER


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Any other request is a 404."""
    shown = request.headers.get("Authorization", "") if request.method in ("GET", "HEAD") else ""
    if not settings.METRICS_TOKEN or not constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

    from config.metrics.state import StateCollector

    registry = CollectorRegistry()
    registry.register(StateCollector())
    if FOLDER in os.environ:
        multiprocess.MultiProcessCollector(registry)
        text = generate_latest(registry)
    else:  # one process
        text = generate_latest(REGISTRY) + generate_latest(registry)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
