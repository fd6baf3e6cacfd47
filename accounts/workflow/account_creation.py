"""Accounts: opened with a generated name and one-time password; the password can be reset.

Nobody chooses account names, so nobody can find out by trying which are taken. The one-time password is returned to the
caller, who shows it once; the database stores only its hash.
"""

import secrets
import string

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.passwords import OneTimeHasher
from accounts.role_holders import responsible
from accounts.roles import Role
from accounts.workflow.access import end_access
from accounts.workflow.appointment_rules import managed_by
from notifications.workflow import announce
from records.audit import acting
from records.refusals import NotAllowed

# Without letters and digits that look alike on paper, and without capitals, which are awkward on a phone.
ALPHABET = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("0o1li5s2z8")))
PASSWORD_LENGTH = 12
NAME_DIGITS = 4


def one_time_password() -> str:
    """Shown once, changed at the first sign-in."""
    return "".join(secrets.choice(ALPHABET) for _place in range(PASSWORD_LENGTH))


def account_name(name: str) -> str:
    """A free account name: surname and initials in pinyin, and digits (俞小明: ``yuxm4821``)."""
    from pypinyin import lazy_pinyin  # slow to import because of its dictionaries, so only where it is needed

    first, *others = ["".join(filter(str.isalnum, part)) for part in lazy_pinyin(name)] or [""]
    spelt = f"{first}{''.join(part[:1] for part in others)}".lower()
    base = "".join(c for c in spelt if c in string.ascii_lowercase)[:20] or "user"
    while True:
        candidate = base + "".join(secrets.choice(string.digits) for _place in range(NAME_DIGITS))
        if not User.objects.filter(username=candidate).exists():
            return candidate


def give_one_time_password(user: User) -> str:
    """Set it on ``user``, which the caller saves; return the password."""
    password = one_time_password()
    user.password = make_password(password, hasher=OneTimeHasher.algorithm)
    user.must_change_password = True
    return password


def open_account(name: str, *, by: User, email: str = "") -> tuple[User, str]:
    """A new account and its one-time password; inside the step that makes its first appointment."""
    user = User(username=account_name(name), name=name, email=email)
    password = give_one_time_password(user)
    with acting(by, "accounts.open_account"):
        user.save()
    return user, password


@transaction.atomic
def reset_password(user: User, *, by: User) -> str:
    """A new one-time password for somebody who forgot theirs, from the office that gives all their posts.

    Future posts count too: nobody takes over an account that will have more rights than they may give. The person is
    notified; for a village's signer, the county's office too, as the new password allows signing for the village.
    """
    held = Appointment.objects.filter(Q(ends=None) | Q(ends__gte=timezone.localdate()), user=user)
    if user == by or not held.exists() or held.exclude(pk__in=managed_by(by).values("pk")).exists():
        raise NotAllowed
    password = give_one_time_password(user)
    with acting(by, "accounts.reset_password"):
        end_access(user, "password", "must_change_password")
    params = {"name": user.name, "by": by.name, "day": timezone.localdate().isoformat()}
    announce([user.pk], "password_reset", **params)
    for village in held.filter(role=Role.SIGNER).select_related("unit"):
        offices = responsible([Role.COUNTY_OFFICE], village.unit_id)
        unit = {"unit_code": village.unit_id, "unit": village.unit.name}
        announce(offices, "signer_password_reset", link=reverse("password_resets"), **unit, **params)
    return password
