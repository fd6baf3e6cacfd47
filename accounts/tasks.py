"""What people's administration does in the background."""

from celery import shared_task

from accounts import proving


@shared_task
def check_everything(pk: int) -> None:
    proving.make(pk)
