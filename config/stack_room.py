"""Room for all frames of a request or a command in one piece of Python's stack.

CPython (3.11 and later) keeps its frames in chunks of 16 KiB and gives a chunk back to the system as soon as the first
frame in it returns. Where a loop of a template happens to lie at the end of one, each call in it maps and unmaps
memory: a list of fifty rows took up to twice as long, depending on how deep in the stack it was rendered. A frame that
fits into no such chunk gets a larger one, whose rest holds whatever is called in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # doors import it before Django
    from django.http import HttpRequest, HttpResponse

PLACES = 16_384
"""Of 8 bytes, in the frame: with them it needs more than 128 KiB and gets 256. It never touches them."""


def with_room(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return call(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=PLACES)


class StackRoomMiddleware:
    """The outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = with_room(self.get_response, request)
        return response
