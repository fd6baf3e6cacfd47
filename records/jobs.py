"""Long work in the background that a person asked for and that ends as a to-do (design §7): one life for every kind.

The queue only wakes a worker; what is to be done stands here, so an emptied queue or a killed worker forgets nothing
(``free`` finds it again).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet):
    def free(self) -> Self:
        """What no worker has in hand: it waits, or was begun so long ago that its worker must have died."""
        dead = timezone.now() - self.model.GIVEN_UP
        return self.filter(Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, started_at__lt=dead))

    def take(self, pk: int) -> Any:
        """The job ``pk``, now this worker's; None if another has it or it has ended."""
        if not self.free().filter(pk=pk).update(state=Job.State.RUNNING, started_at=timezone.now()):
            return None
        return self.get(pk=pk)


class Job(models.Model):
    """``progress`` in per cent; ``seen_at``: when the person looked at how it ended."""

    GIVEN_UP: ClassVar[timedelta]
    """After this time without an end a worker counts as dead."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["-id"]

    def come_to(self, progress: int) -> None:
        """Say how far it is."""
        type(self).objects.filter(pk=self.pk).update(progress=progress)

    def end(self, state: str, **changes: Any) -> bool:
        """Keep how it ended; False if it had ended already."""
        running = type(self).objects.filter(pk=self.pk, state=self.State.RUNNING)
        return bool(running.update(state=state, ended_at=timezone.now(), **changes))


_makers: dict[type[Job], Callable[[int], None]] = {}


def register(kind: type[Job], make: Callable[[int], None]) -> None:
    """``make(pk)`` does the work of one job of this ``kind``; doing it again changes nothing."""
    _makers[kind] = make


def make_forgotten() -> None:
    """Make what no worker has in hand: the queue was emptied, or the worker died."""
    for kind, make in _makers.items():
        for pk in kind.objects.free().order_by("pk").values_list("pk", flat=True):
            make(pk)
