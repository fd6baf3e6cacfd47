"""Those who decide, pay or administer sign in with a second factor (design §2)."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.roles import ROLES

ROLES_WITH_SECOND_FACTOR = [role for role, spec in ROLES.items() if spec.second_factor]
OPEN_TO_ALL = ("/accounts/", "/static/", "/i18n/", "/healthz", "/readyz")


def must_set_up_second_factor(user: User) -> bool:
    """Whether ``user`` holds a role today that needs a second factor here, and has none."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    held = Appointment.objects.on(timezone.localdate()).filter(user=user, role__in=ROLES_WITH_SECOND_FACTOR)
    return held.exists() and not is_mfa_enabled(user)


class SecondFactorMiddleware:
    """Leads such a person to setting one up before anything else; a session that has one is not asked again."""

    SESSION_KEY = "second_factor_seen"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN_TO_ALL):
            return self.get_response(request)
        if request.user.is_authenticated and not request.session.get(self.SESSION_KEY):
            if must_set_up_second_factor(request.user):
                message = _("Your office needs a second factor: please set it up now.")
                if request.path.startswith("/api/"):
                    return JsonResponse({"detail": message}, status=403)
                messages.info(request, message)
                return redirect("mfa_activate_totp")
            request.session[self.SESSION_KEY] = True
        return self.get_response(request)
