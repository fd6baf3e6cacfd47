"""How large a request may be: Django limits a form without its files, but no file, and writes each to the disk before
a view sees it. Of somebody without an account that is one photo; who is signed in may send several files at once.

A file that is somewhat too large still arrives: its form says so, and keeps what was typed.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import status

TOO_LARGE = _("What was sent is larger than is taken here. Nothing was done.")
FILES_OF_A_STRANGER = 2
"""As many as would be full-sized; the forms without an account take one."""


class BodySizeMiddleware:
    """Answers 413 before anything of the body is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _announced(request) <= _most(request):
            return self.get_response(request)
        code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": TOO_LARGE}, status=code)
        return render(request, "400.html", {"message": TOO_LARGE}, status=code)


def _announced(request: HttpRequest) -> int:
    """Nothing beyond it is read (``WSGIRequest``)."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _most(request: HttpRequest) -> int:
    files = 0
    if request.content_type == "multipart/form-data":
        files = settings.DATA_UPLOAD_MAX_NUMBER_FILES if _is_known(request) else FILES_OF_A_STRANGER
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + files * settings.UPLOAD_MAX_BYTES


def _is_known(request: HttpRequest) -> bool:
    """By session, or by a token, which the API checks before it reads; the token endpoint looks at none."""
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    by_token = request.path.startswith("/api/") and request.path != reverse("api-token")
    return request.user.is_authenticated or (by_token and scheme.lower() == "token")
