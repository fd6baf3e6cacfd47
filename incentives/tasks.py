"""Scheduled tasks for money."""

from celery import shared_task

from incentives import workflow


@shared_task
def review_clawbacks() -> None:
    """Proposals follow stars that change by the calendar alone."""
    workflow.review_clawbacks_of_the_day()
