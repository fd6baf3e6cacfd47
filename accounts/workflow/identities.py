"""Linking an account to an identity on the government account platform: by the person; security administrators may
unlink it.

Linking somebody else's account to one's own identity would allow signing in as that person.
"""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Identity, User
from accounts.workflow.account_security import guarded
from records.audit import acting
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason

LONGEST = 255


@transaction.atomic
def link_identity(user: User, subject: str, *, by: User) -> Identity:
    """From now on ``subject`` on the platform signs in as ``user``.

    Raises ``NotAllowed`` unless ``by`` is the person; ``Incomplete``; ``WrongState`` when either is linked already.
    """
    if user.pk != by.pk:
        raise NotAllowed
    user, subject = _own_or_guarded(user, by), subject.strip()
    if not 0 < len(subject) <= LONGEST:
        raise Incomplete(_("The identity on the platform is missing."), {"subject": _("At most 255 characters.")})
    here = Identity.objects.here()
    there: Identity | None = here.filter(user=user, subject=subject).first()
    if there:
        return there
    if here.filter(user=user).exists():
        raise WrongState(_("This account is linked to another identity. It has to be unlinked first."))
    if here.filter(subject=subject).exists():
        raise WrongState(_("This identity is linked to another account."))
    with acting(by, "accounts.tie_identity"):
        return Identity.objects.create(user=user, issuer=settings.OIDC_SERVER, subject=subject, tied_by=by)


@transaction.atomic
def unlink_identity(identity: Identity, *, by: User, reason: str = "") -> None:
    """The platform no longer opens this account.

    Raises ``NotAllowed`` unless ``by`` is the person, or guards the person's account (then for a ``reason``).
    """
    user = _own_or_guarded(identity.user, by)
    with acting(by, "accounts.untie_identity", reason if user == by else require_reason(reason)):
        identity.delete()


def _own_or_guarded(user: User, by: User) -> User:
    if not settings.OIDC_SERVER:
        raise NotAllowed
    return User.objects.select_for_update().get(pk=user.pk) if user.pk == by.pk else guarded(user, by)
