"""Scheduled tasks of reviews."""

from celery import shared_task

from reviews.workflow import confirmation


@shared_task
def confirm_due() -> int:
    """Just after midnight and hourly: decisions whose public notice is over come into force."""
    return confirmation.confirm_due()
