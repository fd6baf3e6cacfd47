"""The forms into which a code or the present password is typed: each counts wrong ones (at signing in axes does)."""

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt

from accounts.workflow import counting_codes


class CodeForm(AuthenticateForm):
    """The second step of signing in."""

    def clean_code(self) -> str:
        with counting_codes(self.user):
            return super().clean_code()


class CodeAgainForm(ReauthenticateForm):
    """Asked of who is signed in."""

    def clean_code(self) -> str:
        with counting_codes(self.user):
            return super().clean_code()


class FirstCodeForm(ActivateTOTPForm):
    """Asked when the factor is set up."""

    def clean_code(self) -> str:
        """The code works once, here as elsewhere: allauth itself would take it again at the next door."""
        with counting_codes(self.user):
            code = super().clean_code()
            factor = Authenticator(user=self.user, type=Authenticator.Type.TOTP, data={"secret": encrypt(self.secret)})
            if not TOTP(factor).validate_code(code):
                raise get_adapter().validation_error("incorrect_code")
            return code


class NewPasswordForm(ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        """As at signing in: allauth itself would let whoever finds an open session try passwords on and on."""
        password = self.cleaned_data["oldpassword"]
        if not account_adapter().reauthenticate(self.user, password):
            raise account_adapter().validation_error("enter_current_password")
        return password
