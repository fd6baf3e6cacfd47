"""The nightly task: lock, call, record."""

from celery import shared_task
from django.utils import timezone

from ratings.register.rerating import rerate
from ratings.workflow import proposal_deadlines
from ratings.workflow.year_reminder import remind
from records import audit


@shared_task
def rerate_all() -> None:
    """Move the register on to today for every unit; two concurrent runs wait for each other in the database."""
    with audit.acting(None, "rerate"):
        rerate("")
        proposal_deadlines.follow()


@shared_task
def remind_to_begin() -> int:
    """From 1 September on, tell the offices of counties that have not opened the year's rating; once."""
    return remind(timezone.localdate())
