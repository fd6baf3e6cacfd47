"""How allauth behaves here: accounts are given by an office, there is no sign-up; its secrets are stored encrypted."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from records.client_ip import address_of
from records.encryption import Unreadable, decrypt, encrypt
from records.refusals import WrongState


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy(
            "Account or password is wrong. Check both and try again; your office can give you a new password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Refuse to sign in somebody who gave the password before access was revoked and the code only afterwards."""
        user.refresh_from_db()
        given = [one["at"] for one in get_authentication_records(request, user) if one["method"] != "mfa"]
        ended = user.access_ended_at
        if not user.is_active or (ended and (not given or max(given) < ended.timestamp())):
            clear_login(request)
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)


class FactorAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of second factors (authenticator, recovery codes), so that reading the database does
    not help."""

    SEALED = "sealed:"
    PURPOSE = "second factor"

    def encrypt(self, text: str) -> str:
        return self.SEALED + encrypt(text, purpose=self.PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Values stored before encryption was introduced can still be read. Raises ``WrongState`` when the key has
        changed since."""
        sealed = encrypted_text.removeprefix(self.SEALED)
        if sealed == encrypted_text:
            return encrypted_text
        try:
            return decrypt(sealed, purpose=self.PURPOSE)
        except Unreadable:
            words = _(
                "Your second factor cannot be read: the key of the system has changed. Ask the security administrator."
            )
            raise WrongState(words) from None
