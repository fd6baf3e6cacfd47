"""The mobile number for short messages: it counts once a code that was sent there has been typed."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.models import MobileCode, Preferences
from notifications.outgoing.failures import Failure
from notifications.robots.wording import title
from notifications.sms import sending
from records.refusals import WrongState

GOOD_FOR = timedelta(minutes=10)
BETWEEN = timedelta(minutes=1)
A_DAY = 5
"""Codes to one person, and to one number, in 24 hours."""
GUESSES = 5


def send_code(user: AbstractBaseUser, mobile: str) -> None:
    """Send a new code, which replaces the one before. Raises ``WrongState``."""
    if settings.SMS_GATEWAY is None:
        raise WrongState(_("Short messages are not set up."))
    code = f"{secrets.randbelow(10**6):06}"
    kept = _keep(user, mobile, code)
    with override(settings.LANGUAGE_CODE):
        words = _("%(code)s is your code; it is good for 10 minutes. Give it to nobody.") % {"code": code}
        text = f"【{title()}】{words}"
    try:
        sending.send(mobile, text, f"code-{kept.pk}")
    except Failure:
        raise WrongState(_("The short message could not be sent. Please try again in a few minutes.")) from None


@transaction.atomic
def confirm(user: AbstractBaseUser, code: str) -> bool:
    """Whether it is the code sent last, still good and not guessed at too often; then its number counts."""
    sent = MobileCode.objects.select_for_update().filter(user_id=user.pk).order_by("-sent_at").first()
    if sent is None or sent.wrong >= GUESSES or sent.sent_at < timezone.now() - GOOD_FOR:
        return False
    if not constant_time_compare(sent.digest, _digest(user, sent.mobile, code)):
        MobileCode.objects.filter(pk=sent.pk).update(wrong=F("wrong") + 1)
        return False
    now = timezone.now()
    Preferences.objects.update_or_create(user_id=user.pk, defaults={"mobile": sent.mobile, "mobile_verified_at": now})
    MobileCode.objects.filter(pk=sent.pk).update(wrong=GUESSES)  # it opens nothing twice
    return True


def forget_mobile(user: AbstractBaseUser) -> None:
    """The number and the codes sent to it."""
    MobileCode.objects.filter(user_id=user.pk).delete()
    Preferences.objects.filter(user_id=user.pk).update(mobile="", mobile_verified_at=None)


def mobile_of(user: AbstractBaseUser) -> str:
    """The verified number, or ""."""
    return Preferences.objects.filter(user_id=user.pk).values_list("mobile", flat=True).first() or ""


def awaiting(user: AbstractBaseUser) -> MobileCode | None:
    """The code that may still be typed."""
    sent = MobileCode.objects.filter(user_id=user.pk).order_by("-sent_at").first()
    good = sent and sent.wrong < GUESSES and sent.sent_at >= timezone.now() - GOOD_FOR
    return sent if good else None


@transaction.atomic
def _keep(user: AbstractBaseUser, mobile: str, code: str) -> MobileCode:
    """Under the person's row lock, so that two requests at once are limited like two in a row."""
    Preferences.objects.get_or_create(user_id=user.pk)
    Preferences.objects.select_for_update().get(pk=user.pk)
    now = timezone.now()
    MobileCode.objects.filter(sent_at__lt=now - timedelta(days=1)).delete()
    mine, there = MobileCode.objects.filter(user_id=user.pk), MobileCode.objects.filter(mobile=mobile)
    if MobileCode.objects.filter(Q(user_id=user.pk) | Q(mobile=mobile), sent_at__gt=now - BETWEEN).exists():
        raise WrongState(_("A code was sent less than a minute ago. Please wait for it."))
    if mine.count() >= A_DAY or there.count() >= A_DAY or not sending.take_one_of_the_day():
        raise WrongState(_("No more codes can be sent today."))
    return MobileCode.objects.create(user_id=user.pk, mobile=mobile, digest=_digest(user, mobile, code))


def _digest(user: AbstractBaseUser, mobile: str, code: str) -> str:
    return salted_hmac("notifications.mobile_code", f"{user.pk} {mobile} {code}", algorithm="sha256").hexdigest()
