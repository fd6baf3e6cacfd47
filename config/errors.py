"""What a person or a program sees when something is refused: pages by template, the API as JSON."""

import logging
import sys
from collections.abc import Callable

from axes.helpers import get_cool_off
from django.db import DatabaseError, DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg2 import errors
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.workflow import AccountLocked
from config import disk_space, not_taken, request_ids
from config.not_taken import not_found
from config.page_above import leads_above, page_above
from records.confirming import NotTaken
from records.outage import database_is_away, disk_is_full
from records.referer import page_before
from records.refusals import Incomplete, NotAllowed, Refused, WrongState

logger = logging.getLogger(__name__)
# psycopg's message for a text with a NUL character: the database holds none, so there is nothing to find by it.
NO_SUCH_TEXT = "cannot contain NUL"
# The same row created twice at once, or a deadlock: the database lets one win.
COLLISIONS = (errors.UniqueViolation, errors.ExclusionViolation, errors.DeadlockDetected)
UNAVAILABLE = gettext_lazy("The system is being restarted. Please try again in a minute.")
FULL = gettext_lazy("The disk of the system is full. Nothing can be saved until its administrator has made room.")
UNREADABLE = gettext_lazy("Something that was sent is too long, too large or cannot be read. Nothing was done.")
FAILED = gettext_lazy("Something went wrong on our side")


def _collision(exception: Exception) -> WrongState | None:
    """The refusal for a database constraint that failed because a concurrent request was quicker; None for any
    other exception."""
    if isinstance(exception, DatabaseError) and isinstance(exception.__cause__, COLLISIONS):
        return WrongState(_("Somebody did the same at this moment. Please look again."))
    return None


def _unreadable(exception: Exception) -> Incomplete | None:
    """The refusal for a value that no field rejected although the database or the calendar cannot hold it; None
    otherwise.

    The last line of defence: a form or serializer that lets such a value through is a bug, hence the log.
    """
    if isinstance(exception, DataError | OverflowError | UnicodeEncodeError | RecursionError):
        logger.warning("A value was refused late: %s", type(exception).__name__, exc_info=exception)
        return Incomplete(str(UNREADABLE))
    return None


def _status(refused: Refused) -> int:
    return status.HTTP_400_BAD_REQUEST if isinstance(refused, Incomplete) else status.HTTP_409_CONFLICT


def api_exception(exc: Exception, context: dict) -> HttpResponse | Response | None:
    """DRF's handler, extended by the refusals of the workflow: without permission one learns as little as a
    stranger."""
    exc = _collision(exc) or _unreadable(exc) or exc
    if isinstance(exc, NotAllowed):
        exc = exceptions.NotFound()
    elif isinstance(exc, AccountLocked):
        return locked_out(context["request"]._request)
    elif isinstance(exc, Refused):
        answer = {"detail": str(exc)}
        if isinstance(exc, Incomplete):
            answer["problems"] = exc.problems
        return Response(answer, status=_status(exc))
    return exception_handler(exc, context)


class RefusalMiddleware:
    """Handles refusals that a page's view did not catch, or left to the shared answer (``config.not_taken``): no
    permission is a 404, a stale step is explained where the form was, or with what was written in it. An address that
    only takes forms leads to the page above."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        refused = getattr(request, "not_taken", None)
        if refused and isinstance(response, HttpResponseRedirect):
            return not_taken.answer(request, refused, response.url)
        return redirect(page_above(request)) if leads_above(request, response) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        exception = _collision(exception) or exception
        if isinstance(exception, NotAllowed):
            return not_found(request, exception)
        if isinstance(exception, AccountLocked):
            return locked_out(request)
        if isinstance(exception, Refused):
            return not_taken.answer(request, NotTaken.of(exception), page_before(request))
        if isinstance(exception, ValueError) and NO_SUCH_TEXT in str(exception):
            return not_found(request, exception)
        if _unreadable(exception):
            return render(request, "400.html", {"message": UNREADABLE}, status=status.HTTP_400_BAD_REQUEST)
        return None


RETRY_SECONDS = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an error on our side; during an outage it says which one, and when to try again."""
    failure = sys.exc_info()[1]
    away = database_is_away(failure)
    full = disk_is_full(failure) or (away and disk_space.is_full())  # a full disk takes PostgreSQL down
    outage = FULL if full else UNAVAILABLE if away else None
    code = status.HTTP_503_SERVICE_UNAVAILABLE if outage else status.HTTP_500_INTERNAL_SERVER_ERROR
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": outage or FAILED}, status=code)
    else:
        shown = {"outage": outage, "request_id": request_ids.current()}
        response = HttpResponse(render_to_string("503.html" if outage else "500.html", shown), status=code)
    if outage:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """The answer after too many failed sign-ins, on the page and at the token endpoint."""
    cool_off = get_cool_off(request)
    minutes = int(cool_off.total_seconds() // 60)
    message = _("Too many failed attempts. Please try again in %(minutes)d minutes.") % {"minutes": minutes}
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": message}, status=status.HTTP_429_TOO_MANY_REQUESTS)
    else:
        response = render(request, "429.html", {"message": message}, status=status.HTTP_429_TOO_MANY_REQUESTS)
    response["Retry-After"] = str(60 * minutes)
    return response
