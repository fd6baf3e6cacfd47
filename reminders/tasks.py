"""Scheduled tasks of reminders."""

from celery import shared_task

from reminders import workflow


@shared_task
def remind() -> int:
    """Hourly on working days, so that a morning that was missed is made up for: one message a day to a person."""
    return workflow.send_daily()
