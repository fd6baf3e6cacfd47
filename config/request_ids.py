"""A number for each request, by which its log lines are found: on the pages of 500 and 503, and in the header."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from celery import current_task
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Of the request in hand, or of the task that a worker does; "" outside of both."""
    if found := _current.get():
        return found
    return (current_task.request.id or "") if current_task else ""


class RequestIdMiddleware:
    """The first of all, so that whatever fails after it is logged under the number. Answers of 404 go without: they are
    the same to the byte, whatever was asked for."""

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
