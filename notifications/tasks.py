"""Scheduled tasks of notifications."""

from celery import shared_task

from notifications import delivery
from notifications.robots import delivery as robots


@shared_task
def deliver_due() -> int:
    return delivery.deliver_due() + robots.deliver_due()
