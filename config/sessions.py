"""A session ends after a while without use, and at the latest a while after signing in (README, "Settings").

A request sent by a script is then answered 401 with a link to the sign-in page, never with that page: a form that keeps
its input on the device would take a page for the server's success (architecture §6).
"""

import time
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from urllib.parse import urlsplit

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, user_logged_in
from django.contrib.auth.decorators import login_required
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_safe

from records.referer import page_before

NOTED_EVERY = 60
"""Seconds after which a session's last use is written again."""


class SessionEndMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._look_at(request)
        response = self.get_response(request)
        if _leads_to_signing_in(response):
            if request.headers.get("HX-Request"):
                return _led_by_script(request)
            if request.method == "POST" and not request.path.startswith("/accounts/"):
                return redirect(_sign_in_to(urlsplit(page_before(request))._replace(scheme="", netloc="").geturl()))
        return response

    def _look_at(self, request: HttpRequest) -> None:
        now = int(time.time())
        began, seen = request.session.get("began", 0), request.session.get("seen", 0)
        if now - seen > 60 * settings.SESSION_IDLE_MINUTES or now - began > settings.SESSION_COOKIE_AGE:
            logout(request)
            messages.info(request, _("You were signed out for safety. What was saved is still here: please sign in."))
        elif now - seen > NOTED_EVERY:
            request.session["seen"] = now


@receiver(user_logged_in)
def begins(request: HttpRequest, **_kwargs: object) -> None:
    request.session.update(dict.fromkeys(("began", "seen"), int(time.time())))


def _leads_to_signing_in(response: HttpResponse) -> bool:
    return isinstance(response, HttpResponseRedirect) and response.url.startswith("/accounts/")


def without_cookies(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form that came without its CSRF cookie. Where all cookies are gone, the session is, too: who only
    looks at a page for members is sent to sign in, so is who sends its form; a visitor is to send it again."""
    if request.user.is_anonymous:
        looking, found = copy(request), request.resolver_match
        looking.method = "GET"
        with suppress(Http404, ReauthenticationRequired):  # allauth answers that to views alone
            response = found.func(looking, *found.args, **found.kwargs)
            if _leads_to_signing_in(response):
                return response
    return csrf_failure(request, reason)


def _led_by_script(request: HttpRequest) -> HttpResponse:
    page = request.htmx.current_url_abs_path or "/"
    response = HttpResponse(status=401)
    response["HX-Redirect"] = _sign_in_to(page)
    return response


def _sign_in_to(page: str) -> str:
    """The sign-in page that leads back to ``page``: never to an address that only accepts POST."""
    return f"{reverse('account_login')}?{urlencode({'next': page})}"


@require_safe
@login_required
def keep_alive(request: HttpRequest) -> HttpResponse:
    """Requested by the page while its reader types: that counts as use of the session, too."""
    return HttpResponse(status=204)
