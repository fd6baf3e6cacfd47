"""Scheduled tasks of notifications."""

from celery import shared_task

from notifications import delivery


@shared_task
def deliver_due() -> int:
    return delivery.deliver_due()
