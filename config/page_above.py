"""Where a browser is redirected that opens an address which only takes forms.

A refused form is shown at the address to which it was sent. Whoever opens that address again (after signing in again,
from the address bar, by reloading) wants the page of the form, not an empty answer 405.
"""

from collections.abc import Iterator
from contextlib import suppress
from copy import copy

from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from rest_framework import status

from records.refusals import Refused


def leads_above(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a browser asked for a page where there is none; programs get their 405."""
    return (
        response.status_code == status.HTTP_405_METHOD_NOT_ALLOWED
        and request.method == "GET"
        and "text/html" in request.headers.get("Accept", "")
        and not request.path.startswith("/api/")
    )


def page_above(request: HttpRequest) -> str:
    """The nearest address above that shows this reader a page; ``/`` if there is none."""
    return next((path for path, match in _above(request) if _shows(request, match)), "/")


def _above(request: HttpRequest) -> Iterator[tuple[str, ResolverMatch]]:
    """The addresses above, nearest first, with their views. A fixed word is never taken for a code or a name."""
    parts = request.path.strip("/").split("/")
    route = request.resolver_match.route.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        path = f"/{'/'.join(parts[:length])}/"
        with suppress(Resolver404):
            match = resolve(path)
            if _variable(match.route.strip("/").split("/")) == _variable(route[:length]):
                yield path, match


def _variable(route: list[str]) -> list[bool]:
    return [part.startswith("<") for part in route]


def _shows(request: HttpRequest, match: ResolverMatch) -> bool:
    """Messages that wait are left for the page that is really shown."""
    looking = copy(request)
    looking.resolver_match = match
    looking._messages = default_storage(looking)
    with suppress(Http404, PermissionDenied, Refused, ValueError, DataError):  # the last two: no name or code at all
        return match.func(looking, *match.args, **match.kwargs).status_code == status.HTTP_200_OK
    return False
