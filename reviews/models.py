"""Panels and their sheets, batches of decisions, public notices and objections (domain §3)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ratings.models import Application, Cycle, Decision, Stage
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


@pghistory.track()
class Batch(models.Model):
    """Decisions released together by a township or county after one meeting, with one document number.

    ``first_day`` … ``last_day`` are the days of public notice; ``confirms_on`` the working day on which stars begin.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        RELEASED = "released", _("Public notice")
        CONFIRMED = "confirmed", _("Confirmed")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="batches")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="batches")
    stage = models.CharField(max_length=10, choices=Stage)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
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
            pgtrigger.FSM(
                name="batch_states", field="state", transitions=[("draft", "released"), ("released", "confirmed")]
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.document}"


class BatchEntry(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="entries")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="batch_entry")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id} {self.decision_id}"


# Who objected stays out of the trail: it is for those who answer alone.
@pghistory.track(exclude=["name", "contact"])
class Objection(models.Model):
    """An objection (异议) by anyone against one decision under public notice. ``receipt`` is what the person keeps."""

    class State(models.TextChoices):
        OPEN = "open", _("Being looked into")
        DISMISSED = "dismissed", _("Not upheld")
        UPHELD = "upheld", _("Upheld")

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    receipt = models.CharField(_("Receipt number"), max_length=20, unique=True)
    name = models.CharField(_("Your name"), max_length=50, blank=True)
    contact = models.CharField(_("How to reach you"), max_length=100, blank=True)
    text = models.TextField(_("What is not right"))
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("answer_objection_township", "Answer objections to the township's decisions"),
            ("answer_objection_county", "Answer objections to the county's decisions"),
        ]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="objection_answered_has_time",
            )
        ]
        triggers = [
            pgtrigger.FSM(
                name="objection_states", field="state", transitions=[("open", "dismissed"), ("open", "upheld")]
            ),
            pgtrigger.Protect(name="objection_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.receipt
