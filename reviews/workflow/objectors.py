"""How long it is kept who raised an objection, and how to reach them."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from reviews.models import Objection


def forget_old() -> None:
    """Delete name and contact ``OBJECTION_CONTACT_DAYS`` after the answer. Neither stands in a history, so the proof
    stays whole; the objection and its answer stay, too."""
    before = timezone.now() - timedelta(days=settings.OBJECTION_CONTACT_DAYS)
    Objection.objects.filter(~Q(name="", contact=""), answered_at__lt=before).update(name="", contact="")
