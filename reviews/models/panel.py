"""Panels, their score sheets and what they settle (domain §3)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ratings.models import Application, Cycle, Stage
from villages.models import Unit

User = settings.AUTH_USER_MODEL
REVIEW_STAGES = [Stage.TOWNSHIP.value, Stage.COUNTY.value]


@pghistory.track()
class Panel(models.Model):
    """The reviewers (评审组) of a township or county in a cycle."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="panels")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="panels")
    stage = models.CharField(max_length=10, choices=Stage)
    reviewers = models.ManyToManyField(User, through="Seat", related_name="panels")

    class Meta:
        default_permissions = ()
        permissions = [
            ("convene_township", "Convene township panels"),
            ("convene_county", "Convene county panels"),
            ("score_township", "Score for the township"),
            ("score_county", "Score for the county"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit", "stage"], name="one_panel_per_place"),
            models.CheckConstraint(condition=Q(stage__in=REVIEW_STAGES), name="panel_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_stage_display()}"


@pghistory.track()
class Seat(models.Model):
    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="seats")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["panel", "reviewer"], name="one_seat_per_reviewer")]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.reviewer}"


@pghistory.track()
class Sheet(models.Model):
    """One reviewer's scores of one application at one stage; open to others only when all sheets are in."""

    class State(models.TextChoices):
        OPEN = "open", _("Being scored")
        HANDED_IN = "handed_in", _("Handed in")
        RECUSED = "recused", _("Recused")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="sheets")
    stage = models.CharField(max_length=10, choices=Stage)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sheets")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    handed_in_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason for recusal"), blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["application", "stage", "reviewer"], name="one_sheet_per_reviewer"),
            models.CheckConstraint(
                condition=Q(state="handed_in") ^ Q(handed_in_at=None), name="sheet_handed_in_has_time"
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="sheet_states",
                field="state",
                transitions=[
                    ("open", "handed_in"),
                    ("open", "recused"),
                    ("handed_in", "open"),
                    ("handed_in", "recused"),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.reviewer}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SheetEntry(models.Model):
    """A reviewer's fact or typed points for one item (as ``Answer``); typed points carry a reason."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="entries")
    item = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=16, decimal_places=4)
    reason = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["sheet", "item"], name="one_entry_per_item")]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.item}={self.value}"


@pghistory.track()
class Settlement(models.Model):
    """A criterion whose ``spread`` (points) exceeds the scheme's tolerance, and the panel's note that settles it.

    It is opened when the last sheet comes in; nothing is decided while one stands without its note.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="settlements")
    stage = models.CharField(max_length=10, choices=Stage)
    criterion = models.CharField(max_length=20)
    spread = models.DecimalField(max_digits=12, decimal_places=4)
    note = models.TextField(_("Note"), blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["application", "stage", "criterion"], name="one_settlement_per_criterion"),
            models.CheckConstraint(
                condition=Q(note="", by=None, at=None) | (~Q(note="") & Q(by__isnull=False, at__isnull=False)),
                name="settlement_is_open_or_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.criterion}"
