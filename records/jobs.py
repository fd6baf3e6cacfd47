"""Long work in the background that a person asked for and that ends as a to-do (architecture §7).

The queue only wakes a worker; the job itself is stored here, so nothing is lost when the queue is emptied or a worker
is killed (``free`` finds it again).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from records.heartbeats import heartbeat
from records.lifecycle import Group
from records.registry import KeyedRegistry

HEARTBEAT_SECONDS = 8
SILENCE = timedelta(seconds=30)
"""A worker without a heartbeat for this long counts as dead."""
LATE = timedelta(minutes=2)


class JobQuerySet(models.QuerySet):
    def silent(self) -> Self:
        """Jobs that a worker started and abandoned; most likely it was killed."""
        unheard = Q(alive_at=None) | Q(alive_at__lt=timezone.now() - SILENCE)
        return self.filter(unheard, state=Job.State.RUNNING)

    def free(self) -> Self:
        """Jobs that no worker is processing: they wait, or their worker is dead."""
        return self.filter(state=Job.State.WAITING) | self.silent()

    def asked_already(self) -> Any:
        """The job among these that waits or is running. One that a dead worker abandoned is ended here."""
        now = timezone.now()
        self.silent().update(
            state=Job.State.FAILED, error=gettext("The program that made it was stopped."), ended_at=now, seen_at=now
        )
        return self.filter(state__in=Job.State.GOING_ON).first()

    def take(self, pk: int) -> Any:
        """Claim the job ``pk`` for this worker; None if another has it or it has ended."""
        now = timezone.now()
        if not self.free().filter(pk=pk).update(state=Job.State.RUNNING, started_at=now, alive_at=now, progress=0):
            return None
        return self.get(pk=pk)


class Job(models.Model):
    """``progress`` in per cent; ``alive_at``: the worker's last heartbeat; ``seen_at``: when the person saw the
    result."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("job", "Waiting")
        RUNNING = "running", _("Running")
        READY = "ready", _("Ready")
        FAILED = "failed", pgettext_lazy("job", "Failed")

        GOING_ON = Group(WAITING, RUNNING)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["-id"]

    @property
    def is_silent(self) -> bool:
        """Whether its worker must be dead; the next one starts it again."""
        unheard = self.alive_at is None or self.alive_at < timezone.now() - SILENCE
        return self.state == self.State.RUNNING and unheard

    @property
    def going_on(self) -> bool:
        return self.state in self.State.GOING_ON

    @property
    def shown_state(self) -> ShownState:
        return ShownState.INTERRUPTED if self.is_silent else ShownState(self.state)

    @property
    def shown_progress(self) -> int:
        return 0 if self.is_silent else self.progress

    def come_to(self, progress: int) -> None:
        """Store the progress."""
        self._in_hand().update(progress=progress)

    def kept_alive(self) -> AbstractContextManager[None]:
        """Send a heartbeat every few seconds, whatever this thread is doing."""
        return heartbeat(lambda: self._in_hand().update(alive_at=timezone.now()), HEARTBEAT_SECONDS)

    def end(self, state: str, **changes: Any) -> bool:
        """Store the result; False if it had already ended or another worker has claimed it."""
        return bool(self._in_hand().update(state=state, ended_at=timezone.now(), **changes))

    def _in_hand(self) -> JobQuerySet:
        """This job, as long as the worker that started it still has it."""
        return type(self).objects.filter(pk=self.pk, state=self.State.RUNNING, started_at=self.started_at)


class ShownState(models.TextChoices):
    """What pages, sheets and API say of a job: its state, or that its worker is dead and another one will take it."""

    WAITING = Job.State.WAITING.value, Job.State.WAITING.label
    RUNNING = Job.State.RUNNING.value, Job.State.RUNNING.label
    INTERRUPTED = "interrupted", _("Interrupted: it begins again by itself")
    READY = Job.State.READY.value, Job.State.READY.label
    FAILED = Job.State.FAILED.value, Job.State.FAILED.label


_makers = KeyedRegistry[type[Job], Callable[[int], None]]()


def register(kind: type[Job], make: Callable[[int], None]) -> None:
    """``make(pk)`` does the work of one job of this ``kind`` and is idempotent."""
    _makers.register({kind: make})


def late() -> int:
    """How many people wait for something that no worker has in hand, for longer than a worker takes to begin."""
    before = timezone.now() - LATE
    return sum(kind.objects.free().filter(asked_at__lt=before).count() for kind in _makers)


def run(label: str, pk: int) -> None:
    """Run the job ``pk`` of the kind with this ``label`` ("reports.ReportRequest")."""
    _makers[apps.get_model(label)](pk)


def make_forgotten() -> None:
    """Run the jobs that no worker is processing: the queue was emptied, or the worker died."""
    for kind, make in _makers.items():
        for pk in kind.objects.free().order_by("pk").values_list("pk", flat=True):
            make(pk)
