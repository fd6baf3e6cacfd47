"""By which channels a notice leaves, and when: what the person chose, and the quiet hours."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from notifications import quiet
from notifications.kinds import KINDS
from notifications.models import Delivery, Notice, Preferences

EMAIL, SMS = "email", "sms"


def deliveries_of(notices: Iterable[Notice]) -> Iterator[Delivery]:
    """The outbox's rows for saved notices, not yet saved."""
    notices = list(notices)
    chosen = Preferences.objects.in_bulk({notice.user_id for notice in notices})
    now = timezone.now()
    later = quiet.open_from(now) if notices else now
    for notice in notices:
        yield from _of(notice, chosen.get(notice.user_id) or Preferences(user_id=notice.user_id), now, later)


def _of(notice: Notice, chosen: Preferences, now: datetime, later: datetime) -> Iterator[Delivery]:
    kind = KINDS[notice.kind]
    leaves = {"due_at": now if kind.at_any_hour else later, "priority": kind.at_any_hour}
    if kind.security:
        yield Delivery(notice=notice, channel=EMAIL, **leaves)
        return
    if kind.group in chosen.daily and not kind.urgent:
        yield Delivery(notice=notice, channel=EMAIL, due_at=quiet.next_opening(now), bundled_for_id=notice.user_id)
    elif kind.group not in chosen.no_email:
        yield Delivery(notice=notice, channel=EMAIL, **leaves)
    if settings.SMS_GATEWAY and chosen.mobile and kind.group in chosen.sms and kind.outside is not None:
        yield Delivery(notice=notice, channel=SMS, bundled_for_id=notice.user_id, **leaves)
