"""Panels, their score sheets and settlements (practice §3)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ratings.models import Application, Cycle, Stage, figure_field
from reviews.models.lifecycle import SHEET_STEPS, SheetState
from reviews.models.review_levels import BEFORE_ITS_BENCH
from villages.models import Unit

User = settings.AUTH_USER_MODEL
REVIEW_STAGES = [Stage.TOWNSHIP.value, Stage.COUNTY.value]


@pghistory.track()
class Panel(models.Model):
    """The reviewers (评审组) of a township or county in a cycle, or of one group of its villages.

    ``covers``: the division codes of the townships or villages that the group scores; empty for the panel of everything
    that no group scores.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="panels")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="panels")
    stage = models.CharField(max_length=10, choices=Stage)
    group = models.CharField(_("Group"), max_length=50, blank=True)
    covers = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    reviewers = models.ManyToManyField(
        User, through="Seat", through_fields=("panel", "reviewer"), related_name="panels"
    )

    class Meta:
        default_permissions = ()
        permissions = [
            ("convene_township", "Convene township panels"),
            ("convene_county", "Convene county panels"),
            ("score_township", "Score for the township"),
            ("score_county", "Score for the county"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit", "stage", "group"], name="one_panel_per_group"),
            models.CheckConstraint(condition=Q(group="") ^ ~Q(covers=[]), name="panel_group_covers"),
            models.CheckConstraint(condition=Q(stage__in=REVIEW_STAGES), name="panel_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.group or self.get_stage_display()}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Seat(models.Model):
    """``passed_to``: the reviewer's post was handed over; what they handed in before still counts, the rest passes to
    the successor."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="seats")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    passed_to = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["panel", "reviewer"], name="one_seat_per_reviewer")]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.reviewer}"


class Draw(models.Model):
    """Reviewers drawn by lot: the input of the draw and its result. ``reviews.panels.draw`` reproduces it.

    Append-only. ``candidates``: a list of ``DrawCandidate`` as JSON, by user name; ``rules``: ``Rules`` of that module;
    ``drawn``: user names in the order drawn. ``reason``: why it was drawn (again).
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="draws")
    seed = models.CharField(_("Seed"), max_length=64)
    rules = models.JSONField()
    candidates = models.JSONField()
    drawn = models.JSONField()
    reason = models.TextField(_("Reason"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="draw_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.seed}"


@pghistory.track()
class Sheet(models.Model):
    """One reviewer's scores of one application at one stage; visible to others only when all sheets are in.

    A reviewer who has stepped back (recused, abstained) does not come back; one who was replaced may be seated again.
    """

    State = SheetState

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="sheets")
    stage = models.CharField(max_length=10, choices=Stage)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sheets")
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.OPEN)
    handed_in_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason for stepping back"), blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["application", "stage", "reviewer"], name="one_sheet_per_reviewer"),
            models.CheckConstraint(
                condition=Q(state="handed_in") ^ Q(handed_in_at=None), name="sheet_handed_in_has_time"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="sheet_states", field="state", transitions=SHEET_STEPS.transitions),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.reviewer}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SheetEntry(models.Model):
    """A reviewer's fact or typed points for one item (like ``Answer``); typed points need a reason."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="entries")
    item = models.CharField(max_length=40)
    value = figure_field()
    reason = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["sheet", "item"], name="one_entry_per_item")]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.item}={self.value}"


class SettlementQuerySet(models.QuerySet):
    def waiting(self) -> SettlementQuerySet:
        """Those still without a note whose application is under review at that stage."""
        return self.filter(BEFORE_ITS_BENCH, note="", superseded_at=None)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Settlement(models.Model):
    """A criterion whose ``spread`` (points) exceeds the scheme's tolerance, and the panel's note that settles it.

    It is created when the last sheet comes in; nothing is decided while one has no note. Once signed it is immutable:
    later remarks are ``Addendum`` rows, and after a new scoring it is ``superseded_at``.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="settlements")
    stage = models.CharField(max_length=10, choices=Stage)
    criterion = models.CharField(max_length=20)
    spread = models.DecimalField(max_digits=12, decimal_places=4)
    note = models.TextField(_("Note"), blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stage", "criterion"],
                condition=Q(superseded_at=None),
                name="one_settlement_per_criterion",
            ),
            models.CheckConstraint(
                condition=Q(note="", by=None, at=None) | (~Q(note="") & Q(by__isnull=False, at__isnull=False)),
                name="settlement_is_open_or_signed",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="settlement_signed_stays",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__note="")
                & (
                    pgtrigger.Q(old__note__df=pgtrigger.F("new__note"))
                    | pgtrigger.Q(old__by__df=pgtrigger.F("new__by"))
                    | pgtrigger.Q(old__at__df=pgtrigger.F("new__at"))
                    | pgtrigger.Q(old__spread__df=pgtrigger.F("new__spread"))
                ),
            ),
            pgtrigger.Protect(
                name="settlement_signed_is_kept", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__note="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.criterion}"


class Addendum(models.Model):
    """A later addition to a signed note, and why; the note itself does not change. Append-only."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="addenda")
    note = models.TextField(_("Note"))
    reason = models.TextField(_("Reason"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="addendum_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.at:%Y-%m-%d}"
