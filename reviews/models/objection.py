"""Objections (异议): what anyone raises against a result under public notice."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ratings.models import Decision
from records.models import StoredFile
from reviews.models.lifecycle import OBJECTION_STEPS, ObjectionState
from villages.models import Unit

User = settings.AUTH_USER_MODEL


# The objector's identity stays out of the audit trail: only those who answer may see it.
@pghistory.track(exclude=["name", "contact", "sent", "photo"])
class Objection(models.Model):
    """An objection (异议) by anyone against one decision under public notice. ``receipt`` is given to the person.

    ``sent`` is a keyed digest of the text and the sender's address: the same text from the same address is one
    objection.
    """

    State = ObjectionState

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    receipt = models.CharField(_("Receipt number"), max_length=20, unique=True)
    name = models.CharField(_("Your name"), max_length=50, blank=True)
    contact = models.CharField(_("How to reach you"), max_length=100, blank=True)
    text = models.TextField(_("What is not right"))
    sent = models.UUIDField(null=True, unique=True)
    photo = models.OneToOneField(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=ObjectionState, default=ObjectionState.OPEN)
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
            pgtrigger.FSM(name="objection_states", field="state", transitions=OBJECTION_STEPS.transitions),
            pgtrigger.Protect(name="objection_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.receipt
