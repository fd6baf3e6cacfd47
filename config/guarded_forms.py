"""The forms that take a code or the current password: each counts failures (at sign-in, axes does).

A password field can be unmasked: a script offers that, and without JavaScript the page opened with ``?show=1``.
"""

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.workflow import counting_codes

AS_TYPED = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
"""Keeps phones from capitalizing or correcting what is typed."""


class Visible:
    """Form mixin: password fields are not masked if ``request`` asks for that."""

    def show_passwords(self, request: HttpRequest) -> None:
        for field in self.fields.values():
            if isinstance(field.widget, forms.PasswordInput):
                kind = forms.TextInput if request.GET.get("show") else forms.PasswordInput
                kept = {key: value for key, value in field.widget.attrs.items() if key != "placeholder"}
                field.widget = kind(attrs=kept | AS_TYPED)
                field.widget.is_required = field.required


class SignInForm(Visible, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_passwords(self.request)
        login = self.fields["login"]
        login.label = _("Account name")
        login.help_text = _("Capitals or small letters, as you like.")
        login.widget.attrs = {"autocomplete": "username", **AS_TYPED}
        self.fields["password"].help_text = ""


class PasswordAgainForm(Visible, PasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_passwords(context.request)


class CodeForm(AuthenticateForm):
    """The second step of signing in."""

    def clean_code(self) -> str:
        with counting_codes(self.user):
            return super().clean_code()


class CodeAgainForm(ReauthenticateForm):
    """Asked again of somebody who is signed in."""

    def clean_code(self) -> str:
        with counting_codes(self.user):
            return super().clean_code()


class FirstCodeForm(ActivateTOTPForm):
    """Asked when the second factor is set up."""

    def clean_code(self) -> str:
        """A code works once, everywhere: allauth itself would accept it again on the next page."""
        with counting_codes(self.user):
            code = super().clean_code()
            factor = Authenticator(user=self.user, type=Authenticator.Type.TOTP, data={"secret": encrypt(self.secret)})
            if not TOTP(factor).validate_code(code):
                raise get_adapter().validation_error("incorrect_code")
            return code


class NewPasswordForm(Visible, ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_passwords(context.request)

    def clean_oldpassword(self) -> str:
        """As at sign-in: allauth itself would let somebody at an open session guess passwords without limit."""
        password = self.cleaned_data["oldpassword"]
        if not account_adapter().reauthenticate(self.user, password):
            raise account_adapter().validation_error("enter_current_password")
        return password
