"""Who is locked out at the moment because of wrong passwords (django-axes keeps the attempts) or wrong codes."""

from datetime import timedelta

from axes.helpers import get_cool_off
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import User, WrongCodes

FROM_ALL_ADDRESSES = 25
"""Wrong passwords for one account that lock it everywhere: whoever has many addresses has at most 100 tries an hour."""
KNOWN_FOR = timedelta(days=30)
"""So long after a sign-in its address is the account's own, where strangers' tries elsewhere lock nothing: they could
keep an official out for as long as they like."""


def locked_out(people: QuerySet[User]) -> QuerySet[AccessAttempt]:
    """The attempts that lock out one of ``people`` now, newest first."""
    recent = _recent().filter(username__in=people.values("username"))
    from_one = Q(failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    return recent.filter(from_one | Q(username__in=_everywhere())).order_by("-attempt_time")


def locked_elsewhere(username: str, address: str) -> bool:
    """Whether a password is checked for this name only at the account's own addresses, and ``address`` is none."""
    own = AccessLog.objects.filter(
        username=username, ip_address=address or None, attempt_time__gt=timezone.now() - KNOWN_FOR
    )
    return _everywhere().filter(username=username).exists() and not own.exists()


def locked_out_by_codes(people: QuerySet[User]) -> QuerySet[WrongCodes]:
    return WrongCodes.objects.locking().filter(user__in=people).select_related("user").order_by("-last_at")


def _recent() -> QuerySet[AccessAttempt]:
    return AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - get_cool_off())


def _everywhere() -> QuerySet[AccessAttempt, str]:
    tried = _recent().order_by().values("username").annotate(tries=Sum("failures_since_start"))
    return tried.filter(tries__gte=FROM_ALL_ADDRESSES).values_list("username", flat=True)
