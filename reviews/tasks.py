"""Scheduled tasks of reviews."""

from celery import shared_task

from records.timetable import Postponed
from reviews.workflow import confirmation, objectors


@shared_task
def confirm_due() -> int:
    """Just after midnight and hourly: decisions whose public notice is over come into force; later, if another run
    is at it."""
    confirmed = confirmation.confirm_due()
    if confirmed is None:
        raise Postponed
    return confirmed


@shared_task
def forget_old_objectors() -> None:
    """Every night: who raised an objection is forgotten some years after its answer."""
    objectors.forget_old()
