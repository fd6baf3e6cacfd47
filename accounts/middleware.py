"""Checks on every request of a person: replace a one-time password first; recount to-dos after a step."""

from collections.abc import Callable

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


class TodoMiddleware:
    """After a step, the numbers in the menu are recounted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE and request.user.is_authenticated:
            forget_places(request.user)
        return response
