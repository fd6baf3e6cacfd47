"""Signing in through the government account platform: allauth speaks to it, but only ``Identity`` says who that is
here.

Nobody is matched by an equal name or e-mail, and nobody gets an account by it.
"""

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView, OAuth2View
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from requests import RequestException

from accounts import workflow
from accounts.identities import holder_of, password_given
from records.refusals import Refused


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Takes over from allauth as soon as the platform has identified somebody."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        step = _tie if sociallogin.state.get("process") == AuthProcess.CONNECT else _sign_in
        raise ImmediateHttpResponse(step(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:
        messages.error(request, _("The account platform did not confirm who you are. Please try again."))
        raise ImmediateHttpResponse(redirect("account_login"))


def _sign_in(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """As with the password: a second factor is required, and a locked account stays locked."""
    user = holder_of(sociallogin.account.uid)
    if user is None:
        messages.error(
            request,
            _("No account here is linked to you on the account platform. Sign in with your password and link it."),
        )
        return redirect("account_login")
    if request.user.is_authenticated:
        account_adapter(request).logout(request)
    record_authentication(request, user, "socialaccount", provider=sociallogin.account.provider)
    return perform_login(request, user, redirect_url=sociallogin.get_redirect_url(request))


def _tie(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """Link the person's own account: signed in, with the password entered just now."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if not password_given(request):
        messages.error(request, _("Please type your password once more first."))
        return redirect("identity")
    try:
        workflow.link_identity(request.user, sociallogin.account.uid, by=request.user)
        messages.success(request, _("From now on you may sign in by the account platform."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("identity")


class CheckedAdapter(OpenIDConnectOAuth2Adapter):
    """Verifies the platform's signature, however the response arrived: office networks do not always use TLS."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Raises ``OAuth2Error`` where nothing is signed: nothing else that the platform says is used."""
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("no id_token")
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Redirects people to the platform."""
    return _spoken_with(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the platform redirects people back to."""
    return _spoken_with(OAuth2CallbackView, request, provider_id)


def _spoken_with(view: type[OAuth2View], request: HttpRequest, provider_id: str) -> HttpResponse:
    """What ``view`` answers; while the platform is unreachable, people can still use their passwords."""
    try:
        return view.adapter_view(CheckedAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except RequestException:
        messages.error(request, _("The account platform did not confirm who you are. Please try again."))
        return redirect("account_login")
