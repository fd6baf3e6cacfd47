"""Token authentication for the API: a token opens what its scope names (``accounts/scopes.py``)."""

import re
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts import workflow
from accounts.models import ApiToken, User
from accounts.scopes import allows
from config.second_factor import needs_second_factor

TOKEN = re.compile(rb"[0-9a-f]{64}")
NOTED_EVERY = timedelta(minutes=1)


class GuardedToken(TokenAuthentication):
    """Refuse a token outside its scope, once an appointment of its holder has ended, and for a holder who needs a
    second factor, unless it was created after that was set up."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        found = super().authenticate(request)
        if found and not allows(found[1].scope, request.method, request.resolver_match.url_name):
            raise PermissionDenied(
                _("This token is not for that: %(scope)s.") % {"scope": found[1].get_scope_display()}
            )
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        if not TOKEN.fullmatch(token):
            raise AuthenticationFailed(_("Invalid token."))
        user, kept = super().authenticate_credentials(token)
        if workflow.office_is_over(kept):
            raise AuthenticationFailed(_("An office of the token's holder is over: a new token is needed."))
        if needs_second_factor(user) and not _made_with_second_factor(kept):
            raise AuthenticationFailed(_("Your office needs a second factor: please ask for a new token with a code."))
        _note_use(kept)
        return user, kept


def _made_with_second_factor(token: ApiToken) -> bool:
    factors = Authenticator.objects.filter(user=token.user, type=Authenticator.Type.TOTP)
    since = factors.order_by("-created_at").values_list("created_at", flat=True).first()
    return since is not None and token.created >= since


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class GuardedTokenScheme(KnoxTokenScheme):
    """How the OpenAPI schema describes it."""

    target_class = "config.api_tokens.GuardedToken"
    name = "tokenAuth"
