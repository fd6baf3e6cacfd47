"""People who decide, pay or administer sign in with a second factor (architecture §2), on pages and through the API.

It depends on the appointments held today, and is checked at every request: somebody who is appointed while signed in,
or while a program holds their token, needs it from that day on.
"""

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import ROLES

OPEN_TO_ALL = ("/accounts/", "/static/", "/i18n/", "/healthz", "/readyz")
METHOD = "mfa"


def needs_second_factor(user: User) -> bool:
    """Whether ``user`` holds a role today that needs a second factor here."""
    return settings.SECOND_FACTOR_REQUIRED and any(ROLES[post.role].second_factor for post in user.posts)


def must_set_up_second_factor(user: User) -> bool:
    return needs_second_factor(user) and not is_mfa_enabled(user)


class SecondFactorMiddleware:
    """Redirects such a person to set up or enter the second factor before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN_TO_ALL) or not request.user.is_authenticated:
            return self.get_response(request)
        if not needs_second_factor(request.user):
            return self.get_response(request)
        if not is_mfa_enabled(request.user):
            return self._lead(
                request, "mfa_activate_totp", _("Your office needs a second factor: please set it up now.")
            )
        if not shown_in(request):
            return self._lead(
                request, "mfa_reauthenticate", _("Your office needs the second factor: please enter a code.")
            )
        return self.get_response(request)

    def _lead(self, request: HttpRequest, page: str, message: str) -> HttpResponse:
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": message}, status=403)
        messages.info(request, message)
        back = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{reverse(page)}?{urlencode({'next': back})}")


def shown_in(request: HttpRequest) -> bool:
    """Whether the second factor was entered in this session."""
    return any(record["method"] == METHOD for record in get_authentication_records(request, request.user))


@receiver(authenticator_added)
def setting_one_up_shows_it(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: object) -> None:
    """The code entered at set-up need not be entered again."""
    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(request, user, METHOD, id=authenticator.pk, type=authenticator.type)
