"""Runs of the re-rating (动态复评): what each looked at and changed; and which units the next one must look at."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from villages.models import Unit, below_any, prefixes

VIEW = "ratings.view_register_run"


class StaleUnit(models.Model):
    """Something that stars depend on was written for the unit ``code`` and all below it; the next run looks at them.

    Written by triggers alone (``marks_stale``), in the transaction of what it tells of: a run that sees a mark sees
    that too, and a mark that it does not see yet waits for the next run. Nothing is locked: there may be several.
    """

    code = models.CharField(max_length=12, db_collation="C")
    why = models.CharField(max_length=10)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.code} {self.why}"


def marks_stale(why: str, units: str) -> list[pgtrigger.Trigger]:
    """Triggers that mark the units which ``units`` selects from ``written``, the rows inserted or updated."""
    return [
        pgtrigger.Trigger(
            name=f"marks_stale_on_{operation.name.lower()}",
            when=pgtrigger.After,
            level=pgtrigger.Statement,
            operation=operation,
            referencing=pgtrigger.Referencing(new="written"),
            func=f"insert into ratings_staleunit (code, why) select distinct code, '{why}' from ({units}) as u (code); return null;",  # noqa: E501, S608
        )
        for operation in (pgtrigger.Insert, pgtrigger.Update)
    ]


class RegisterRunQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> RegisterRunQuerySet:
        """Runs over what ``user`` reaches, or more or less than that, with their own ``units_seen``, ``changed_seen``
        and ``findings_seen``: nobody counts what lies elsewhere."""
        if not (reach := user.reach(VIEW)):
            return self.none()
        above = {code for held in reach for code in prefixes(held)}
        seen = Q(place=None) | below_any(reach, "place_id") | Q(place_id__in=above)
        own = RegisterRunCount.objects.filter(below_any(reach, "county"), run=OuterRef("pk")).order_by().values("run")
        counted = {
            f"{name}_seen": Coalesce(Subquery(own.annotate(n=Sum(name)).values("n")), 0)
            for name in ("units", "changed", "findings")
        }
        return self.filter(seen).annotate(**counted)


class RegisterRun(models.Model):
    """One run over the register, or over that of ``place``: up to which day, how, and what came of it.

    ``full``: every unit was looked at. ``findings``: changes that a full run made where nothing called for one; there
    must be none. One is under way at a time, and holds the row until ``running_until``, which it renews: a lease, as of
    a ``ScheduledTask``. A run whose process ended is recorded as ``interrupted`` by the next one, and has changed
    nothing; pages say so as soon as its lease is over (``workflow.register_run.is_left_behind``).
    """

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("re-rating run", "Running")
        DONE = "done", pgettext_lazy("re-rating run", "Done")
        FAILED = "failed", pgettext_lazy("re-rating run", "Failed")
        INTERRUPTED = "interrupted", pgettext_lazy("re-rating run", "Interrupted")

    day = models.DateField()
    place = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    full = models.BooleanField()
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    running_until = models.DateTimeField(null=True)
    units = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    findings = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    objects = RegisterRunQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_register_run", "See the runs of the re-rating"),
            ("run_register", "Re-rate at once"),
        ]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running") ^ Q(ended_at__isnull=False), name="register_run_ended_has_time"
            ),
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_register_run_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.state}"


class RegisterRunChange(models.Model):
    """A unit whose record a run changed from ``since`` on, and ``why`` it was looked at: empty for a finding."""

    run = models.ForeignKey(RegisterRun, on_delete=models.CASCADE, related_name="changes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    before = models.PositiveSmallIntegerField(null=True)
    after = models.PositiveSmallIntegerField(null=True)
    why = ArrayField(models.CharField(max_length=10), default=list)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "unit"], name="one_change_per_run_and_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.before} → {self.after}"


class RegisterRunCount(models.Model):
    """What a run looked at and changed in one county (or in a unit above counties): each county sees its own."""

    run = models.ForeignKey(RegisterRun, on_delete=models.CASCADE, related_name="counts")
    county = models.CharField(max_length=6, db_collation="C")
    units = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    findings = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "county"], name="one_count_per_run_and_county")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.county} {self.units}"
