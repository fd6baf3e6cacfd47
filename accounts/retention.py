"""What is deleted when its retention period is over: sign-in records, sessions, previews, answers to programs."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from records import idempotency, previews


def forget_old_sign_ins() -> None:
    """Attempts and sign-ins (name, address, browser) after ``SIGN_IN_DAYS``; expired ones at once."""
    now = timezone.now()
    before = now - timedelta(days=settings.SIGN_IN_DAYS)
    AccessAttempt.objects.filter(attempt_time__lt=before).delete()
    AccessLog.objects.filter(attempt_time__lt=before).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    previews.forget_old()
    idempotency.forget_old()
