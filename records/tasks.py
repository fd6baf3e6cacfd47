"""Scheduled tasks for stored data."""

from celery import shared_task

from records import file_sweep, jobs


@shared_task
def make_forgotten_jobs() -> None:
    jobs.make_forgotten()


@shared_task
def sweep_leftovers() -> int:
    """Each night: files of uploads that were killed."""
    return file_sweep.sweep()
