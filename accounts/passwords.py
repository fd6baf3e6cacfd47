"""What a password must be, beside Django's own rules, and how one-time passwords are kept."""

from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NotTheOldPassword:
    """A validator: a new password differs from the one it replaces, a one-time password too."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is not None and user.pk and user.check_password(password):
            raise ValidationError(_("Choose a password other than the present one."), code="password_unchanged")

    def get_help_text(self) -> str:
        return _("It differs from the present password.")


class WithoutTheName:
    """A validator: account name and name are no part of the password, however long the rest."""

    def validate(self, password: str, user: Any = None) -> None:
        names = {getattr(user, "username", ""), getattr(user, "name", "")} - {""}
        if any(name.lower() in password.lower() for name in names):
            raise ValidationError(_("Leave your name and account name out of the password."), code="password_names")

    def get_help_text(self) -> str:
        return _("It holds neither your name nor your account name.")


class OneTimeHasher(PBKDF2PasswordHasher):
    """For passwords made at random (68 bits): guessing them is hopeless at any speed, and a list makes hundreds.

    The first sign-in writes it anew in the way of all passwords, as Django does when the way has changed.
    """

    algorithm = "pbkdf2_sha256_once"
    iterations = 20_000

    def verify(self, password: str, encoded: str) -> bool:
        """It takes as long as any other password, and as a name that nobody has: no time tells which names exist."""
        right = super().verify(password, encoded)
        decoded = self.decode(encoded)
        PBKDF2PasswordHasher().encode(password, decoded["salt"], PBKDF2PasswordHasher.iterations - self.iterations)
        return right
