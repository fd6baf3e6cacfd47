"""Batches: the decisions of one meeting, released and under public notice together (practice §3)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ratings.models import Cycle, Decision, Scheme, Stage
from reviews.models.lifecycle import BATCH_STEPS, BatchState
from reviews.models.panel import REVIEW_STAGES
from villages.models import Unit

User = settings.AUTH_USER_MODEL


@pghistory.track()
class Batch(models.Model):
    """Decisions released together by a township or county after one meeting, with one document number.

    ``first_day`` … ``last_day`` are the days of public notice; ``confirms_on`` the working day on which stars begin.
    """

    State = BatchState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="batches")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="batches")
    stage = models.CharField(max_length=10, choices=Stage)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.DRAFT)
    met_on = models.DateField(_("Meeting held on"))
    document = models.CharField(_("Document number"), max_length=100)
    minutes = models.TextField(_("Minutes"), blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    confirms_on = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("decide_township", "Decide up to three stars, recommend, reject"),
            ("decide_county", "Decide four and five stars"),
            ("release_township", "Release the township's decisions"),
            ("release_county", "Release the county's decisions"),
        ]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=REVIEW_STAGES), name="batch_stage"),
            models.CheckConstraint(
                condition=Q(state="draft", released_at=None, first_day=None, last_day=None, confirms_on=None)
                | (
                    ~Q(state="draft")
                    & Q(
                        released_at__isnull=False,
                        first_day__isnull=False,
                        last_day__isnull=False,
                        confirms_on__isnull=False,
                    )
                ),
                name="batch_released_has_days",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="batch_states", field="state", transitions=BATCH_STEPS.transitions),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.document}"

    @cached_property
    def scheme(self) -> Scheme:
        """The version that its decisions name: a cycle may have moved to the next one since."""
        moved = self.cycle.scheme
        if moved.version == 1:
            return moved
        named = Decision.objects.filter(batch_entry__batch=self).order_by("-pk").values("scheme")[:1]
        return Scheme.objects.filter(pk__in=named).first() or moved


class BatchEntry(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="entries")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="batch_entry")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id} {self.decision_id}"
