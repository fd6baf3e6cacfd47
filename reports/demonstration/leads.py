"""The leads that the night would find, there from the beginning."""

from django.utils import timezone

from reports.leads.refreshing import refresh


def load() -> str:
    return f"{refresh(timezone.now())} leads"
