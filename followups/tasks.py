"""Scheduled tasks of follow-ups."""

from celery import shared_task

from followups.workflow import escalate_late, passing


@shared_task
def escalate() -> int:
    """Late ones go up; where a person named has left the post, the whole office is responsible again."""
    passing.release_absent()
    return escalate_late()
