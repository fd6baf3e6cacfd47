"""Announcing: a notice in the bell and a row in the outbox, in the transaction of the step."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from notifications import channels
from notifications.kinds import KINDS
from notifications.models import Delivery, Notice, Preferences
from notifications.robots.intake import tell_robots
from records import audit
from records.openable import warn_of_unregistered

_only: ContextVar[Collection[int] | None] = ContextVar("only", default=None)


@contextmanager
def telling_only(user_ids: Collection[int]) -> Iterator[None]:
    """Inside, only ``user_ids`` are notified: for loading data about the past, or about invented people."""
    token = _only.set(user_ids)
    try:
        yield
    finally:
        _only.reset(token)


@transaction.atomic
def announce(user_ids: Iterable[int], kind: str, *, link: str = "", unit_code: str = "", **params: str | int) -> None:
    """Notify each of ``user_ids`` once, but whoever's act this is: they know. ``params`` fill the kind's text; ``link``
    is a path on this site."""
    announce_all(
        Notice(user_id=user_id, kind=kind, params=params, link=link, unit_code=unit_code)
        for user_id in sorted(set(user_ids))
    )


@transaction.atomic
def announce_all(notices: Iterable[Notice]) -> None:
    """The same for many unsaved notices at once (a batch of villages), in a bounded number of queries."""
    notices = list(notices)
    if unknown := {notice.kind for notice in notices} - KINDS.keys():
        raise LookupError(f"no text is registered for notices of kind {sorted(unknown)}")
    told, doer = _only.get(), audit.doer()
    notices = [
        notice
        for notice in notices
        if (told is None or notice.user_id in told) and (notice.user_id != doer or KINDS[notice.kind].to_doer)
    ]
    warn_of_unregistered({notice.kind: notice.link for notice in notices}.values())
    kept = Notice.objects.bulk_create(notices, batch_size=2000)
    tell_robots(kept)
    Delivery.objects.bulk_create(channels.deliveries_of(kept), batch_size=2000)


def set_preferences(
    user: AbstractBaseUser, *, no_email: Collection[str], daily: Collection[str], sms: Collection[str]
) -> None:
    """For each group of kinds: no e-mail, one digest a day, or (in neither) at once; and a short message, too."""
    values = {"no_email": sorted(no_email), "daily": sorted(daily), "sms": sorted(sms)}
    Preferences.objects.update_or_create(user_id=user.pk, defaults=values)


def mark_read(user: AbstractBaseUser, ids: Iterable[int] | None = None) -> None:
    """Mark ``user``'s unread notices, or only those among ``ids``, as read now."""
    unread = Notice.objects.filter(user_id=user.pk, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    unread.update(read_at=timezone.now())
