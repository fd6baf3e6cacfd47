"""How long it is kept who raised an objection, and how to reach them."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from reviews.models import Objection


def forget_old() -> None:
    """Forget who objected to stars; the objection and its answer stay."""
    forget(Objection.objects.all())


def forget(objections: QuerySet[Any]) -> None:
    """Delete name and contact ``OBJECTION_CONTACT_DAYS`` after the answer. Neither stands in a history, so the proof
    stays whole."""
    before = timezone.now() - timedelta(days=settings.OBJECTION_CONTACT_DAYS)
    objections.filter(~Q(name="", contact=""), answered_at__lt=before).update(name="", contact="")
