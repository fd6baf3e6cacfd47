"""Scheduled tasks for honours."""

from celery import shared_task

from honours.workflow import by_rule


@shared_task
def follow_honours() -> None:
    """Nominations and titles follow stars that change by the calendar alone."""
    by_rule.follow_the_day()
