"""Somebody who stands in for another over a week of November 2026."""

from datetime import date

from accounts.models import Appointment, User
from accounts.workflow import deputise

FIRST, LAST = date(2026, 11, 24), date(2026, 11, 30)


def fresh(user: User) -> User:
    """The account as a new request finds it, with today's rights."""
    return User.objects.get(pk=user.pk)


def stand_in(post: Appointment, deputy: User) -> Appointment:
    return deputise(post, fresh(deputy), by=fresh(post.user), starts=FIRST, ends=LAST)
