"""Appeals (申诉): a village may appeal its result once, to the level above (practice §3)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ratings.models import Application, Decision, Event
from records.models import StoredFile
from reviews.models.lifecycle import APPEAL_STEPS, AppealState
from villages.models import Unit

User = settings.AUTH_USER_MODEL


def _append_only() -> list[pgtrigger.Trigger]:
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


@pghistory.track()
class Appeal(models.Model):
    """A unit's appeal against one of: a released ``decision``; not being rated; the effects of an ``event``.

    Not being rated is its rejected ``application``, the closing's ``decision`` of no star, or both. One that ``lapsed``
    (its decision was overturned) leaves room for another.
    """

    State = AppealState

    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="appeals")
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="appeal")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="appeals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reasons = models.TextField(_("Reasons"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AppealState, default=AppealState.OPEN)
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("appeal", "Appeal the own unit's result"),
            ("convene_appeal_county", "Convene who hears appeals from townships' decisions"),
            ("convene_appeal_city", "Convene who hears appeals from counties' decisions"),
            ("hear_appeal_county", "Hear appeals from townships' decisions"),
            ("hear_appeal_city", "Hear appeals from counties' decisions"),
        ]
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=~Q(state="lapsed"), name="one_appeal_per_application"
            ),
            models.UniqueConstraint(fields=["event"], condition=~Q(state="lapsed"), name="one_appeal_per_event"),
            models.CheckConstraint(
                condition=Q(event__isnull=False, application=None, decision=None)
                | Q(Q(application__isnull=False) | Q(decision__isnull=False), event=None),
                name="appeal_is_against_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="appeal_answered_has_time",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="appeal_states", field="state", transitions=APPEAL_STEPS.transitions),
            pgtrigger.ReadOnly(
                name="what_was_appealed_stays",
                fields=["application", "decision", "event", "unit", "reasons", "made_by", "made_at"],
            ),
            pgtrigger.Protect(name="appeal_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.made_at:%Y-%m-%d}"


class AppealPaper(models.Model):
    """A file that the village attached to its reasons."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="papers")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.file_id}"


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Hearer(models.Model):
    """One of the people whom the level above has convened to hear the appeal."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="hearers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["appeal", "user"], name="one_seat_per_hearer")]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.user_id}"


class Correction(models.Model):
    """The points that the hearing gives in a criterion instead of the panel's, and why."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="corrections")
    criterion = models.CharField(max_length=20)
    points = models.DecimalField(_("Points"), max_digits=12, decimal_places=2)
    reason = models.TextField(_("Reason"))

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "criterion"], name="one_correction_per_criterion"),
            models.CheckConstraint(condition=~Q(reason=""), name="appeal_correction_has_reason"),
        ]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.criterion}={self.points}"
