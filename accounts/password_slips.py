"""One-time passwords on paper: one slip per person, to cut out and hand over (issue: people).

The passwords appear in the response to the step that created them, and nowhere else (``records.one_time_secrets``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from textwrap import wrap

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.phones import spelt
from accounts.roles import office_name
from accounts.workflow import Engaged, own_phone
from records import one_time_secrets
from records.documents import pdf

SALT = "accounts.slips"


@dataclass(frozen=True)
class Slip:
    """What one person is given: ``office`` in words, ``place`` is the unit's name."""

    name: str
    username: str
    password: str
    office: str
    place: str

    @property
    def spelt(self) -> str:
        """The password in groups of four, as it is read and typed; the spaces may be left out."""
        return " ".join(wrap(self.password, 4))


def slips_of(engaged: Iterable[Engaged]) -> list[Slip]:
    """The slips of those for whom an account was opened."""
    slips = []
    for one in engaged:
        if one.password:
            office = _(", ").join(office_name(post.role, post.unit_id) for post in one.appointments)
            place = one.appointments[0].unit.name
            slips.append(Slip(one.user.name, one.user.username, one.password, office, place))
    return slips


def encrypted_slips(slips: Sequence[Slip], by: User) -> str:
    """``slips`` as the page carries them, readable by ``by`` only."""
    return one_time_secrets.encrypted([asdict(slip) for slip in slips], by, salt=SALT)


def decrypted_slips(text: str, by: User) -> list[Slip]:
    """The slips, once; none if ``text`` is not what we gave ``by``, is too old, or was used."""
    return [Slip(**slip) for slip in one_time_secrets.decrypted(text, by, salt=SALT) or ()]


def as_pdf(slips: Sequence[Slip], *, by: User) -> bytes:
    """A4 pages with several slips each, with lines to cut along; ``by`` is whom to call."""
    phone = own_phone(by)
    call = _("Stuck? Call %(name)s, %(phone)s.") % {"name": by.name, "phone": spelt(phone)} if phone else ""
    return pdf(
        "slips",
        {
            "title": _("One-time passwords"),
            "site": settings.SITE_URL + reverse("first_sign_in"),
            "words": {
                "head": _("Stars for villages"),
                "name": _("Name"),
                "username": _("Account name"),
                "password": _("One-time password"),
                "site": _("Web address"),
                "first": _("What to do first"),
                "steps": _(
                    "1. Open the address. 2. Copy the account name and the one-time password; "
                    "capitals and gaps do not matter. "
                    "3. Choose a password of your own, of at least 12 characters. 4. Tear up this slip."
                ),
            },
            "call": call,
            "slips": [asdict(slip) | {"password": slip.spelt} for slip in slips],
        },
    )
