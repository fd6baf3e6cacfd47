"""The nightly task: lock, call, record."""

from celery import shared_task
from django.utils import timezone

from ratings.workflow import proposal_deadlines
from ratings.workflow.register_run import run_register
from ratings.workflow.year_reminder import remind
from records import audit


@shared_task
def rerate_all() -> None:
    """Bring the register up to today; a run that another scheduler has begun is left to it."""
    with audit.acting(None, "rerate"):
        run_register()
        proposal_deadlines.follow()


@shared_task
def remind_to_begin() -> int:
    """From 1 September on, tell the offices of counties that have not opened the year's rating; once."""
    return remind(timezone.localdate())
