"""Whatever the clock asks for is done: every task of the timetable, once for each of its times at least.

The queue only wakes a worker. When a task last came to its end is stored here, so that one whose message was lost,
whose worker was killed or whose database restarted is run again within minutes, not at its next time, which may be a
day away.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from celery import Celery
from celery.schedules import crontab
from django.db import models
from django.db.models import F
from django.utils import timezone

from records.locks import Lock, held_across_transactions
from records.outage import database_is_away

PATIENCE = timedelta(minutes=2)
"""How long a task may wait in the queue."""
LONGEST_WAIT = timedelta(hours=1)
logger = logging.getLogger(__name__)


class Postponed(Exception):
    """Raised by a task that somebody else's work keeps from doing its own now: it is tried again."""


class ScheduledTask(models.Model):
    """``done_at``: when the last run that came to its end began. ``tries`` since, the last one at ``tried_at``."""

    name = models.CharField(max_length=100, primary_key=True)
    done_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    def is_missed(self, times: crontab, now: datetime) -> bool:
        """Whether a time of ``times`` has passed without a run, and it is not too early for another try."""
        if self.tries and now < self.tried_at + min(PATIENCE * 2 ** min(self.tries - 1, 10), LONGEST_WAIT):
            return False
        return self.done_at is None or times.remaining_estimate(self.done_at) < -PATIENCE


def times_of(app: Celery) -> dict[str, crontab]:
    """The tasks that run at times of the day. Those that run every few seconds need no second try."""
    entries = app.conf.beat_schedule.values()
    return {entry["task"]: entry["schedule"] for entry in entries if isinstance(entry["schedule"], crontab)}


@contextmanager
def tried(name: str) -> Iterator[bool]:
    """One run of the task ``name``: it counts if the block raises nothing. False if another is under way."""
    with held_across_transactions(Lock.SCHEDULED_TASK, of=name) as alone:
        if not alone:
            yield False
            return
        began = timezone.now()
        ScheduledTask.objects.update_or_create(
            name=name,
            defaults={"tried_at": began, "tries": F("tries") + 1},
            create_defaults={"tried_at": began, "tries": 1},
        )
        try:
            yield True
        except Postponed:
            return
        ScheduledTask.objects.filter(name=name).update(done_at=began, tries=0)


def catch_up(app: Celery) -> int:
    """Run what has been missed; return how many tasks. A task that is new here is not missed before its first time."""
    now, times = timezone.now(), times_of(app)
    new = [ScheduledTask(name=name, done_at=now, tried_at=now) for name in times]
    ScheduledTask.objects.bulk_create(new, ignore_conflicts=True)
    missed = [one.name for one in ScheduledTask.objects.filter(name__in=times) if one.is_missed(times[one.name], now)]
    for name in sorted(missed):
        try:
            app.tasks[name]()
        except Exception as failure:
            if database_is_away(failure):
                raise
            logger.exception("%s failed", name)
    return len(missed)
