"""The nightly task: lock, call, record."""

from celery import shared_task
from django.utils import timezone

from ratings.workflow import proposal_deadlines
from ratings.workflow.register_run import run_register
from ratings.workflow.year_reminder import remind
from records import audit
from records.timetable import Postponed


@shared_task
def rerate_all() -> None:
    """Bring the register up to today; later, if somebody's run over a place is at it."""
    with audit.acting(None, "rerate"):
        if run_register() is None:
            raise Postponed
        proposal_deadlines.follow()


@shared_task
def remind_to_begin() -> int:
    """From 1 September on, tell the offices of counties that have not opened the year's rating; once."""
    return remind(timezone.localdate())
