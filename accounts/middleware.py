"""Checks on every request of a person: replace a one-time password first; read the rights again once a step has
arrived, and recount to-dos after it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.todo_list import forget_places

SAFE = ("GET", "HEAD", "OPTIONS")
OPEN = ("/accounts/", "/static/", "/i18n/", "/healthz", "/readyz")


class OneTimePasswordMiddleware:
    """Redirects a user with a one-time password to the page that changes it; the API answers such a session 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN) or not getattr(request.user, "must_change_password", False):
            return self.get_response(request)
        message = _("Please choose a password of your own first.")
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": message}, status=403)
        back = request.get_full_path() if request.method == "GET" else "/"
        return redirect(reverse("first_sign_in", query={"next": back}))


class RightsMiddleware:
    """A step is taken with the rights that its person has once all of it has arrived: a photo takes minutes at
    times."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """After that of the CSRF check, which reads the form."""
        if request.method not in SAFE and request.user.is_authenticated:
            request.user.forget_rights()


class TodoMiddleware:
    """After a step, the numbers in the menu are recounted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE and request.user.is_authenticated:
            forget_places(request.user)
        return response
