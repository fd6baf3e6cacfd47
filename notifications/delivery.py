"""Emptying the outbox: each waiting delivery is sent under its own row lock, and retried when a channel fails."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notifications.models import Delivery, Notice
from records.cells import one_line

# Backoff: the delay after each failure; after the last one the delivery has failed.
WAITS = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]


def deliver_due(limit: int = 500) -> int:
    """Send at most ``limit`` due deliveries, safe beside other workers; return how many were attempted."""
    dismiss_unreachable()
    tried = 0
    while tried < limit and deliver_next():
        tried += 1
    return tried


def dismiss_unreachable() -> None:
    """People without an e-mail address use the bell only."""
    unreachable = Delivery.objects.filter(state=Delivery.State.WAITING, channel="email", notice__user__email="")
    unreachable.update(state=Delivery.State.FAILED, error="no e-mail address")


@transaction.atomic
def deliver_next() -> bool:
    """Send the delivery that has been due longest and that nobody else is sending; False if there is none."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=timezone.now())
    unlocked = waiting.select_for_update(skip_locked=True, of=["self"])
    delivery = unlocked.select_related("notice__user").order_by("due_at", "pk").first()
    if delivery is None:
        return False
    delivery.attempts += 1
    try:
        CHANNELS[delivery.channel](delivery)
    except Exception as failure:  # noqa: BLE001 - whatever a mail server does, it is retried
        _postpone(delivery, failure)
    else:
        delivery.state, delivery.sent_at, delivery.error = Delivery.State.SENT, timezone.now(), ""
    delivery.save(update_fields=["attempts", "state", "sent_at", "due_at", "error"])
    return True


def _postpone(delivery: Delivery, failure: Exception) -> None:
    delivery.error = f"{type(failure).__name__}: {failure}"
    if delivery.attempts > len(WAITS):
        delivery.state = Delivery.State.FAILED
    else:
        delivery.due_at = timezone.now() + WAITS[delivery.attempts - 1]


def send_email(delivery: Delivery) -> None:
    notice = delivery.notice
    with translation.override(settings.LANGUAGE_CODE):
        message = EmailMessage(subject=_subject(notice), body=_body(notice), to=[notice.user.email])
    # The same at every retry: if we crash between sending and recording, the second copy can be recognised.
    message.extra_headers["Message-ID"] = f"<delivery-{delivery.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"
    message.send()


def _subject(notice: Notice) -> str:
    """One line: names in a notice may be older than name cleaning, and a line break would break the header."""
    text = one_line(notice.text)
    return f"{_('Demonstration data, unrelated to reality')} {text}" if settings.DEMO else text


def _body(notice: Notice) -> str:
    return f"{notice.text}\n\n{settings.SITE_URL}{notice.link}\n" if notice.link else f"{notice.text}\n"


CHANNELS: dict[str, Callable[[Delivery], None]] = {"email": send_email}
