"""The nightly task: lock, call, record."""

from celery import shared_task

from ratings.register.rerating import rerate
from records import audit


@shared_task
def rerate_all() -> None:
    """Move the register on to today for every unit; two concurrent runs wait for each other in the database."""
    with audit.acting(None, "rerate"):
        rerate("")
