"""Every task of the timetable runs at least once for each of its times.

The queue only wakes a worker. When a task last came to its end is stored here, so that one whose message was lost,
whose worker was killed or whose database restarted is run again within minutes, not at its next time, which may be a
day away.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from records.heartbeats import heartbeat
from records.outage import database_is_away

PATIENCE = timedelta(minutes=2)
"""How long a task may wait in the queue."""
LONGEST_WAIT = timedelta(hours=1)
LEASE = timedelta(minutes=2)
"""How long a run holds its task without renewing. No task has a time limit, so a run renews while it lasts; the task of
a killed worker is free again when the next try is due (``PATIENCE``). Several renewals in a row may fail before the
lease ends: a restart of the database does not let a second run begin."""
RENEWED_EVERY = LEASE / 6
logger = logging.getLogger(__name__)


class Postponed(Exception):
    """Raised by a task that cannot run now because somebody else is at work: it is tried again."""


class ScheduledTask(models.Model):
    """``done_at``: when the last run that came to its end began. ``tries`` since, the last one at ``tried_at``.

    ``running_until``: the lease of the run that is under way, by the clock of the database, which all workers share. A
    lease in the row, not a lock of the session: behind PgBouncer a session's lock would be taken on one connection of
    the server and released on another.
    """

    name = models.CharField(max_length=100, primary_key=True)
    done_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    running_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    def is_missed(self, times: crontab, now: datetime) -> bool:
        """Whether a time of ``times`` has passed without a run, and it is not too early for another try."""
        if self.tries and now < self.tried_at + min(PATIENCE * 2 ** min(self.tries - 1, 10), LONGEST_WAIT):
            return False
        return self.done_at is None or times.remaining_estimate(self.done_at) < -PATIENCE

    @contextmanager
    def tried(self) -> Iterator[bool]:
        """One run: it counts if the block raises nothing. False if another is under way, or has begun since this row
        was read."""
        if not self._take():
            yield False
            return
        counts: dict[str, Any] = {}
        try:
            with heartbeat(self._renew, RENEWED_EVERY.total_seconds()):
                yield True
            counts = {"done_at": self.tried_at, "tries": 0}
        except Postponed:
            return
        finally:
            self._unchanged().update(running_until=None, **counts)

    def _take(self) -> bool:
        now = timezone.now()
        free = self._unchanged().filter(Q(running_until=None) | Q(running_until__lt=Now()))
        taken = free.update(running_until=Now() + LEASE, tried_at=now, tries=F("tries") + 1)
        self.tried_at = now
        return bool(taken)

    def _renew(self) -> None:
        self._unchanged().update(running_until=Now() + LEASE)

    def _unchanged(self) -> models.QuerySet["ScheduledTask"]:
        """This row, unless another run has begun."""
        return ScheduledTask.objects.filter(pk=self.pk, tried_at=self.tried_at)


def times_of(app: Celery) -> dict[str, crontab]:
    """The tasks that run at times of the day. Those that run every few seconds need no second try."""
    entries = app.conf.beat_schedule.values()
    return {entry["task"]: entry["schedule"] for entry in entries if isinstance(entry["schedule"], crontab)}


def kept(name: str) -> ScheduledTask:
    """The row of the task ``name``."""
    return ScheduledTask.objects.get_or_create(name=name, defaults={"tried_at": timezone.now()})[0]


def catch_up(app: Celery) -> int:
    """Run what has been missed; return how many tasks. A task that is new here is not missed before its first time.

    In the order of the day: what follows the stars of the night comes after the register.

    Each row is read just before its run, which begins only if the row is still as it was read: while the tasks before
    it ran, another worker may have made up for it.
    """
    now, times, ran = timezone.now(), times_of(app), 0
    new = [ScheduledTask(name=name, done_at=now, tried_at=now) for name in times]
    ScheduledTask.objects.bulk_create(new, ignore_conflicts=True)
    for name in sorted(times, key=lambda name: (min(times[name].hour), min(times[name].minute), name)):
        row = ScheduledTask.objects.get(name=name)
        if not row.is_missed(times[name], timezone.now()):
            continue
        try:
            with row.tried() as alone:
                if alone:
                    ran += 1
                    app.tasks[name].run_in_own_name()
        except Exception as failure:
            if database_is_away(failure):
                raise
            logger.exception("%s failed", name)
    return ran
