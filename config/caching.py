"""Pages for signed-in users are cached by no browser and no proxy: the next person on the device, or behind the same
proxy, must not see them. Static files are served before this (WhiteNoise)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class NoStoreMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:  # by session or by token: the API sets the user of this request too
            response["Cache-Control"] = "private, no-store"
        return response
