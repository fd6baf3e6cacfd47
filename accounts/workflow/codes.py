"""Wrong codes of the second factor: five in a row, on any page, lock the account as wrong passwords do.

They are counted by account, not by address: somebody who is asked for a code has given the password already.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from axes.helpers import get_cool_off
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, WrongCodes
from accounts.role_holders import guards_of
from notifications.workflow import announce
from records.refusals import WrongState


class AccountLocked(WrongState):
    """Too many wrong codes: for a while no code is checked, not even the right one."""


@contextmanager
def counting_codes(user: User) -> Iterator[None]:
    """Wraps the check of one code, which raises ``ValidationError`` when it is wrong. Raises ``AccountLocked``."""
    is_last = _count(user)
    try:
        yield
    except ValidationError:
        if not is_last:
            raise
        _tell(user)
        raise AccountLocked from None
    forget_wrong_codes(user)


def locked_by_codes(username: str) -> bool:
    return WrongCodes.objects.locking().filter(user__username=username).exists()


def forget_wrong_codes(user: User) -> None:
    """After a right one, or when the security administrator unlocks the account."""
    WrongCodes.objects.filter(user=user).delete()


@transaction.atomic
def _count(user: User) -> bool:
    """Count a code before it is checked, so that concurrent attempts are limited like consecutive ones.

    Returns whether it is the last one allowed.
    """
    WrongCodes.objects.get_or_create(user=user)
    typed = WrongCodes.objects.select_for_update().get(user=user)
    if typed.count >= settings.AXES_FAILURE_LIMIT:
        if typed.last_at > timezone.now() - get_cool_off():
            raise AccountLocked
        typed.count = 0
    typed.count += 1
    typed.last_at = timezone.now()
    typed.save()
    return typed.count == settings.AXES_FAILURE_LIMIT


def _tell(user: User) -> None:
    minutes = int(get_cool_off().total_seconds() // 60)
    announce([user.pk], "codes_locked_you", link="/", minutes=minutes)
    announce(
        guards_of(user), "codes_locked", link=reverse("locks"), minutes=minutes, name=user.name, username=user.username
    )
