"""A request id, by which log lines are found: shown on the pages of 500 and 503, and sent in the response header."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from celery import current_task
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the current request, or of the task that a worker runs; "" outside of both."""
    if found := _current.get():
        return found
    return (current_task.request.id or "") if current_task else ""


class RequestIdMiddleware:
    """First in the list, so that whatever fails after it is logged under the id. A 404 carries no id: such responses
    are identical to the byte, whatever was requested."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _current.set(secrets.token_hex(6))
        try:
            response = self.get_response(request)
            if response.status_code != 404:
                response[HEADER] = current()
            return response
        finally:
            _current.reset(token)
