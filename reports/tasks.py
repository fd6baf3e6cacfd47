"""Background tasks of reports."""

from celery import shared_task

from reports import workflow


@shared_task
def make_report(pk: int) -> None:
    workflow.make(pk)
