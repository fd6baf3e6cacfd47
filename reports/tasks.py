"""Scheduled tasks of reports."""

from celery import shared_task
from django.utils import timezone

from reports import kept_warnings


@shared_task
def refresh_warnings() -> int:
    """Open and close warnings as the rules find them."""
    return kept_warnings.refresh(timezone.now())
