"""Scheduled tasks for stored data."""

from celery import shared_task

from records import jobs


@shared_task
def make_forgotten_jobs() -> None:
    jobs.make_forgotten()
