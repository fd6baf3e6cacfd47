"""Room for all frames of a request in one piece of Python's stack.

CPython (3.11 and later) keeps its frames in chunks of 16 KiB and gives a chunk back to the system as soon as the first
frame in it returns. Where a loop of a template happens to lie at the end of one, each call in it maps and unmaps
memory: a list of fifty rows took up to twice as long, depending on how deep in the stack it was rendered. A frame that
fits into no such chunk gets a larger one, whose rest holds whatever the request calls.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
PLACES = 16_384
"""Of 8 bytes, in the frame: with them it needs more than 128 KiB and gets 256. It never touches them."""


class StackRoomMiddleware:
    """The outermost."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _with_room(self.get_response, request)


def _with_room(get_response: GetResponse, request: HttpRequest) -> HttpResponse:
    return get_response(request)


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=PLACES)
