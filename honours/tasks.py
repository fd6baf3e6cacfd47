"""Scheduled tasks for honours."""

from celery import shared_task

from honours.workflow import by_rule, objectors


@shared_task
def follow_honours() -> None:
    """Nominations and titles follow stars that change by the calendar alone."""
    by_rule.follow_the_day()


@shared_task
def forget_old_objectors() -> None:
    """Every night: who objected to a nomination is forgotten some years after the answer."""
    objectors.forget_old()
