"""Handing a short message to the gateway, and the cap of a day."""

import time
from collections.abc import Sequence
from itertools import groupby

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.models import Delivery, SmsDay
from notifications.outgoing import client
from notifications.outgoing.failures import Failure
from notifications.outside import count_of, said_of_all
from notifications.robots.wording import title

NOT_TAKEN = frozenset(
    {"status", "answer", "redirect", "inside", "unknown_name", "slow_name", "bad_address", "tls", "proxy", "refused"}
)
"""Failures after which the gateway surely has not taken the message: it said so, or was never asked."""
FROM_A_PROXY = frozenset({"408", "502", "504"})
"""Statuses that a proxy gives when it did not hear the gateway's answer."""


def surely_not_taken(failure: Exception) -> bool:
    """Not so where the answer is missing, cut short or given by a proxy: the message may have gone out."""
    if not isinstance(failure, Failure) or failure.problem not in NOT_TAKEN:
        return False
    return failure.problem != "status" or failure.detail not in FROM_A_PROXY


def take_one_of_the_day() -> bool:
    """Count one message of today; False when the cap is reached. The counter's row serialises all workers."""
    today = timezone.localdate()
    SmsDay.objects.get_or_create(day=today)
    left = SmsDay.objects.filter(day=today, sent__lt=settings.SMS_GATEWAY.a_day)
    return bool(left.update(sent=F("sent") + 1))


def send_deliveries(bundle: Sequence[Delivery]) -> None:
    """One message for all of them, in the words of the robots. The id is the same at every try."""
    mobile = bundle[0].notice.user.preferences.mobile
    send(mobile, _text(bundle), f"delivery-{bundle[0].pk}")


def send(mobile: str, text: str, message_id: str) -> None:
    """Raises ``Failure`` unless the gateway says that it was taken."""
    gateway = settings.SMS_GATEWAY
    nanoseconds = time.time_ns()
    values = {
        "mobile": mobile,
        "text": text,
        "id": message_id,
        "seconds": str(nanoseconds // 10**9),
        "milliseconds": str(nanoseconds // 10**6),
    }
    address, body, headers = gateway.request(values)
    answer = client.send(gateway.method, address, body, headers, trusted=True)
    if not 200 <= answer.status < 300:
        raise Failure("status", str(answer.status))
    if not gateway.success.met_by(answer.body):
        raise Failure("answer", answer.body[:100].decode(errors="replace"))


def _text(bundle: Sequence[Delivery]) -> str:
    notices = sorted((delivery.notice for delivery in bundle), key=lambda notice: notice.kind)
    with override(settings.LANGUAGE_CODE):
        what = said_of_all(count_of(kind, same) for kind, same in groupby(notices, lambda notice: notice.kind))
        link = f"{settings.SITE_URL}{reverse('notices')}"
        words = _("%(what)s. Please sign in: %(link)s") % {"what": what, "link": link}
        return f"【{title()}】{words}"
