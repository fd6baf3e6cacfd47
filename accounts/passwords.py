"""The password rules, in plain words, and how one-time passwords are stored.

The rules are Django's own and two of ours; each says in one sentence what it requires, and what is still wrong.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
    get_default_password_validators,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    def validate(self, password: str, user: Any = None) -> None:
        missing = self.min_length - len(password)
        if missing > 0:
            words = ngettext(
                "%(missing)d more character needed: a password has at least %(least)d.",
                "%(missing)d more characters needed: a password has at least %(least)d.",
                missing,
            )
            raise ValidationError(words % {"missing": missing, "least": self.min_length}, code="password_too_short")

    def get_help_text(self) -> str:
        return _("At least %(least)d characters") % {"least": self.min_length}


class NotDigitsAlone(NumericPasswordValidator):
    def get_error_message(self) -> str:
        return _("Digits alone are guessed too easily: please add letters.")

    def get_help_text(self) -> str:
        return _("Not digits alone")


class HardToGuess(CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Many people use this password, so it is guessed too easily: please choose another.")

    def get_help_text(self) -> str:
        return _("None that many people use")


class WithoutTheName(UserAttributeSimilarityValidator):
    """Refuses a password that is similar to one of the names or contains one, however long the rest."""

    def validate(self, password: str, user: Any = None) -> None:
        names = {getattr(user, "username", ""), getattr(user, "name", "")} - {""}
        if any(name.lower() in password.lower() for name in names):
            raise ValidationError(self.get_error_message(), code="password_names")
        super().validate(password, user)

    def get_error_message(self) -> str:
        return _("Your name or account name is in it, or nearly: please choose another.")

    def get_help_text(self) -> str:
        return _("Without your name and account name")


class NotTheOldPassword:
    """A new password must differ from the one it replaces, a one-time password too."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is not None and user.pk and user.check_password(password):
            raise ValidationError(_("This is the present password: please choose another."), code="password_unchanged")

    def get_help_text(self) -> str:
        return _("Other than the present password")


@dataclass(frozen=True)
class PasswordCheck:
    """One rule and whether ``password`` meets it: ``text`` is the rule, or what is still wrong."""

    text: str
    met: bool


def checks(password: str, user: Any) -> list[PasswordCheck]:
    """Every rule that can be checked while somebody types; comparing with the old password is too slow for that."""
    rules = [rule for rule in get_default_password_validators() if not isinstance(rule, NotTheOldPassword)]
    return [_check(rule, password, user) for rule in rules]


def _check(rule: Any, password: str, user: Any) -> PasswordCheck:
    if not password:
        return PasswordCheck(rule.get_help_text(), False)
    try:
        rule.validate(password, user)
    except ValidationError as wrong:
        return PasswordCheck(" ".join(wrong.messages), False)
    return PasswordCheck(rule.get_help_text(), True)


class OneTimeHasher(PBKDF2PasswordHasher):
    """For randomly generated passwords (56 bits): they cannot be guessed at any speed, and an import creates hundreds.

    The first sign-in upgrades the hash to the default hasher, as Django does when the hasher has changed.
    """

    algorithm = "pbkdf2_sha256_once"
    iterations = 20_000

    def verify(self, password: str, encoded: str) -> bool:
        """As typed, or without the spaces and capitals that a phone adds.

        It takes as long as any other password, and as an unknown name: timing does not reveal which names exist.
        """
        right = [super(OneTimeHasher, self).verify(typed, encoded) for typed in (password, as_printed(password))]
        decoded = self.decode(encoded)
        rest = PBKDF2PasswordHasher.iterations - len(right) * self.iterations
        PBKDF2PasswordHasher().encode(password, decoded["salt"], rest)
        return any(right)


def as_printed(password: str) -> str:
    """A one-time password as it is printed on its slip: in lower case, without spaces."""
    return "".join(password.split()).lower()
