"""Background tasks of accounts."""

from celery import shared_task
from django.utils import timezone

from accounts import integrity_run, retention
from accounts.workflow import appointing
from records import timetable


@shared_task
def pass_on_tasks() -> None:
    """Personal work of a post passes to the successor on the day after the last one."""
    appointing.pass_on_tasks()


@shared_task
def forget_old_sign_ins() -> None:
    retention.forget_old_sign_ins()


@shared_task
def check_files() -> int:
    """Each night, check a share of the stored files, so that each is checked once a month; with those of missed
    nights."""
    done_at = timetable.kept(check_files.name).done_at
    return integrity_run.check_files(timezone.localdate(), done_at and timezone.localdate(done_at))
