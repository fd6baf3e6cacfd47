"""How long the name and contact of whoever raised an objection are kept."""

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
    """Delete name and contact ``OBJECTION_CONTACT_DAYS`` after the answer. Neither is in a history table, so the proof
    remains complete."""
    before = timezone.now() - timedelta(days=settings.OBJECTION_CONTACT_DAYS)
    objections.filter(~Q(name="", contact=""), answered_at__lt=before).update(name="", contact="")
