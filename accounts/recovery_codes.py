"""The recovery codes of the own second factor on paper, for the person who has just generated them
(``records.one_time_secrets``)."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from records import one_time_secrets
from records.documents import Names, Table, Text, document
from records.documents.blocks import Block

SALT = "accounts.recovery"


def encrypted_codes(codes: Sequence[str], by: User) -> str:
    return one_time_secrets.encrypted(list(codes), by, salt=SALT)


def decrypted_codes(text: str, by: User) -> list[str]:
    """The codes, once; none if ``text`` is not what we gave ``by``, is too old, or was used."""
    return one_time_secrets.decrypted(text, by, salt=SALT) or []


def as_pdf(codes: Sequence[str], of: User) -> bytes:
    return document(_("Recovery codes"), blocks(codes, of))


def blocks(codes: Sequence[str], of: User) -> list[Block]:
    """One sheet: the owner, the codes, and space for the day on which each was used."""
    rows = [[str(number), _spaced(code), ""] for number, code in enumerate(codes, start=1)]
    return [
        Names([(_("Name"), str(of)), (_("Account name"), of.username), (_("Web address"), settings.SITE_URL)]),
        Text(_("When your phone is not at hand, type one of these codes instead of the one that it shows.")),
        Table([_("No."), _("Recovery code"), _("Used on")], rows, widths=[0.5, 2, 2]),
        Text(_("Each code works once. Keep this sheet locked away; new codes make it worthless."), quiet=True),
    ]


def _spaced(code: str) -> str:
    """In two groups of four digits, as they are read and typed; the space may be left out."""
    return f"{code[:4]} {code[4:]}"
