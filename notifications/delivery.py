"""Emptying the outbox of e-mails and short messages, safe beside other workers and after any of them is killed.

What is claimed is moved on to its next time before anything is sent; nothing is locked while we wait for an answer. A
short message is claimed for good: after a try whose outcome nobody knows (a worker that died, no answer) it is not
sent again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notifications import channels, quiet
from notifications.models import Delivery, Notice
from notifications.sms import sending
from records.cells import one_line

# Backoff: the delay after each failure; after the last one the delivery has failed.
WAITS = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]

LOST_AFTER = timedelta(minutes=5)
"""After that no try is under way any more: it takes ten seconds at most."""

Bundle = Sequence[Delivery]


def deliver_due() -> int:
    """Make some tries of what is due, each minute so many at most; return how many were made. The rest only waits."""
    dismiss_unreachable()
    _give_up_lost()
    tried = 0
    while tried < settings.MESSAGES_A_MINUTE:
        _wait_for_the_morning()  # each time: sending so many may take until then
        if not (bundle := claim()):
            break
        deliver(bundle)
        tried += 1
    return tried


def dismiss_unreachable() -> None:
    """People without an e-mail address use the bell only; a mobile number may have been taken away meanwhile."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    unreachable = waiting.filter(channel=channels.EMAIL, notice__user__email="")
    unreachable.update(state=Delivery.State.FAILED, error="no e-mail address")
    unreachable = waiting.filter(channel=channels.SMS)
    if settings.SMS_GATEWAY:
        unreachable = unreachable.filter(~Q(notice__user__preferences__mobile__gt=""))
    unreachable.update(state=Delivery.State.FAILED, error="no verified mobile number, or no gateway")


@transaction.atomic
def _wait_for_the_morning() -> None:
    """What was due before the quiet hours and is still here (a long queue, a worker that was down) keeps them, too."""
    now = timezone.now()
    opens = quiet.open_from(now)
    if opens == now:
        return
    held = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=now, priority=False)
    unlocked = held.select_for_update(skip_locked=True, of=["self"])
    Delivery.objects.filter(pk__in=unlocked.values("pk")).update(due_at=opens)


@transaction.atomic
def claim() -> Bundle:
    """The first that nobody else is claiming (``_first_due``), with all that goes out in the same message; none."""
    while one := _first_due():
        bundle = [one] if one.bundled_for_id is None else list(_bundled_with(one))
        if one.channel == channels.SMS and not sending.take_one_of_the_day():
            tomorrow = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            _keep(bundle, due_at=quiet.open_from(tomorrow))
            continue
        attempts = max(delivery.attempts for delivery in bundle) + 1
        if one.channel == channels.SMS:
            _keep(bundle, attempts=attempts, state=Delivery.State.SENDING, due_at=timezone.now() + LOST_AFTER)
        else:
            _keep(bundle, attempts=attempts, due_at=_next_time(bundle, attempts))
        return bundle
    return []


def deliver(bundle: Bundle) -> None:
    """Make the try and write down how it ended. What was settled meanwhile stays as it is."""
    try:
        CHANNELS[bundle[0].channel](bundle)
    except Exception as failure:  # noqa: BLE001 - whatever a server does, it is retried
        _failed(bundle, failure)
    else:
        _keep(bundle, state=Delivery.State.SENT, sent_at=timezone.now(), error="")


def _first_due() -> Delivery | None:
    """What has priority, then what has been due longest. Of a bundle only the first row is ever chosen, so that two
    workers cannot each take a part of it."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    same = {name: OuterRef(name) for name in ("bundled_for", "channel", "due_at", "priority")}
    begins = Q(bundled_for=None) | ~Exists(waiting.filter(**same, pk__lt=OuterRef("pk")))
    unlocked = waiting.filter(begins, due_at__lte=timezone.now()).select_for_update(skip_locked=True, of=["self"])
    return unlocked.select_related("notice__user").order_by("-priority", "due_at", "pk").first()


def _bundled_with(one: Delivery) -> QuerySet[Delivery]:
    same = Delivery.objects.filter(
        bundled_for=one.bundled_for_id, channel=one.channel, due_at=one.due_at, priority=one.priority
    )
    waiting = same.filter(state=Delivery.State.WAITING).select_for_update(of=["self"])
    return waiting.select_related("notice__user").order_by("pk")


def _next_time(bundle: Bundle, attempts: int) -> datetime:
    """After the wait, and outside the quiet hours."""
    again = timezone.now() + WAITS[min(attempts, len(WAITS)) - 1]
    return again if bundle[0].priority else quiet.open_from(again)


def _keep(bundle: Bundle, **values: object) -> None:
    """Write it to those that are still as they were claimed."""
    kept = Delivery.objects.filter(pk__in=[delivery.pk for delivery in bundle], state=bundle[0].state)
    kept.update(**values)
    for delivery in bundle:
        for name, value in values.items():
            setattr(delivery, name, value)


def _failed(bundle: Bundle, failure: Exception) -> None:
    error, attempts = f"{type(failure).__name__}: {failure}", bundle[0].attempts
    if bundle[0].channel == channels.SMS and not sending.surely_not_taken(failure):
        _keep(bundle, state=Delivery.State.UNKNOWN, error=error)
    elif attempts > len(WAITS):
        _keep(bundle, state=Delivery.State.FAILED, error=error)
    else:
        _keep(bundle, state=Delivery.State.WAITING, due_at=_next_time(bundle, attempts), error=error)


def _give_up_lost() -> None:
    """Those whose last try never came back; a short message after any try."""
    lost = Delivery.objects.filter(state=Delivery.State.SENDING, due_at__lte=timezone.now())
    lost.update(state=Delivery.State.UNKNOWN, error="stopped during a try")
    due = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=timezone.now())
    due.filter(attempts__gt=len(WAITS)).update(state=Delivery.State.FAILED, error="stopped during the last try")


def send_email(bundle: Bundle) -> None:
    first = bundle[0]
    notices = [delivery.notice for delivery in bundle]
    with translation.override(settings.LANGUAGE_CODE):
        message = EmailMessage(subject=_subject(notices), body=_body(notices), to=[first.notice.user.email])
    # The same at every retry: if we crash between sending and recording, the second copy can be recognised.
    message.extra_headers["Message-ID"] = f"<delivery-{first.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"
    message.send()


def _subject(notices: Sequence[Notice]) -> str:
    """One line: names in a notice may be older than name cleaning, and a line break would break the header."""
    text = one_line(notices[0].text) if len(notices) == 1 else _("%(count)s new notices") % {"count": len(notices)}
    return f"{_('Demonstration data, unrelated to reality')} {text}" if settings.DEMO else text


def _body(notices: Sequence[Notice]) -> str:
    return "\n".join(_paragraph(notice) for notice in notices)


def _paragraph(notice: Notice) -> str:
    return f"{notice.text}\n\n{settings.SITE_URL}{notice.link}\n" if notice.link else f"{notice.text}\n"


CHANNELS: dict[str, Callable[[Bundle], None]] = {
    channels.EMAIL: send_email,
    channels.SMS: sending.send_deliveries,
}
