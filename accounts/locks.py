"""Who is locked out at the moment because of wrong passwords (django-axes keeps the attempts) or wrong codes."""

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User, WrongCodes


def locked_out(people: QuerySet[User]) -> QuerySet[AccessAttempt]:
    """The attempts that lock out one of ``people`` now, newest first."""
    return AccessAttempt.objects.filter(
        username__in=people.values("username"),
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=timezone.now() - get_cool_off(),
    ).order_by("-attempt_time")


def locked_out_by_codes(people: QuerySet[User]) -> QuerySet[WrongCodes]:
    return WrongCodes.objects.locking().filter(user__in=people).select_related("user").order_by("-last_at")
