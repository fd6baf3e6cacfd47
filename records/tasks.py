"""Tasks for stored data: of the schedule, and the one that runs jobs."""

from celery import current_app, shared_task
from django.db import transaction

from records import file_sweep, jobs, timetable


@shared_task
def run_job(label: str, pk: int) -> None:
    jobs.run(label, pk)


def enqueue(job: jobs.Job) -> None:
    """Have a worker run ``job`` after the commit; if the queue is away, ``make_forgotten_jobs`` takes over."""
    transaction.on_commit(lambda: run_job.delay(job._meta.label, job.pk), robust=True)


@shared_task
def make_forgotten_jobs() -> None:
    jobs.make_forgotten()


@shared_task
def catch_up() -> int:
    """Each minute: run the tasks of the timetable that were missed."""
    return timetable.catch_up(current_app)


@shared_task
def sweep_leftovers() -> int:
    """Each night: files of uploads that were killed."""
    return file_sweep.sweep()
