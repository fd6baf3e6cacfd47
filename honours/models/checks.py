"""What may speak against a nomination on the list: findings of the joint department check, and objections."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from honours.models.nominations import Nomination
from honours.models.rounds import Round
from records.lifecycle import Group
from records.models import StoredFile
from villages.models import Unit

User = settings.AUTH_USER_MODEL
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


@pghistory.track(pghistory.InsertEvent())
class DepartmentReply(models.Model):
    """What ``department`` of the county ``unit`` answers for all its villages on the list; one that ``corrects`` an
    earlier one replaces it. ``lapsed``: no answer came in time, as the office that runs the round notes."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="replies")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    department = models.CharField(_("Department"), max_length=60)
    lapsed = models.BooleanField(default=False)
    note = models.TextField(_("Note"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        default_permissions = ()
        verbose_name = _("Reply of a department")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit", "department"],
                condition=Q(corrects=None),
                name="one_first_reply_per_department",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, lapsed=False) | ~Q(note=""), name="lapse_or_correction_has_note"
            ),
        ]
        triggers = [
            APPEND_ONLY,
            pgtrigger.Trigger(
                name="reply_while_it_is_asked_for",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM honours_round r
                        WHERE r.id = NEW.round_id AND r.state IN ('check', 'notice')
                          AND NEW.department = ANY(r.departments)
                    ) OR EXISTS (
                        SELECT FROM honours_departmentreply a WHERE a.id = NEW.corrects_id
                        AND (a.round_id, a.unit_id, a.department) <> (NEW.round_id, NEW.unit_id, NEW.department)
                    ) THEN
                        RAISE EXCEPTION 'nobody asks this department now' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id} {self.department}"


class ReplyFinding(models.Model):
    """What an answer names against one village on the list. It may rest on what is still held: it stands in no history
    that others read."""

    reply = models.ForeignKey(DepartmentReply, on_delete=models.PROTECT, related_name="findings")
    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="findings")
    text = models.TextField(_("What was found"))

    class Meta:
        default_permissions = ()
        verbose_name = _("Finding of a department")
        ordering = ["nomination", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "nomination"], name="one_finding_per_village"),
            models.CheckConstraint(condition=~Q(text=""), name="finding_says_something"),
        ]
        triggers = [
            APPEND_ONLY,
            pgtrigger.Trigger(
                name="finding_of_the_same_round",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM honours_departmentreply a JOIN honours_nomination n ON n.round_id = a.round_id
                        WHERE a.id = NEW.reply_id AND n.id = NEW.nomination_id AND starts_with(n.unit_id, a.unit_id)
                    ) THEN
                        RAISE EXCEPTION 'the village is not on the list' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reply_id} {self.nomination_id}"


# The objector's identity stays out of the audit trail: only those who answer may see it.
@pghistory.track(exclude=["name", "contact", "sent", "photo"])
class RoundObjection(models.Model):
    """An objection by anyone against a village under public notice. ``receipt`` is given to the person; ``sent``: the
    same text from the same address is one objection."""

    class State(models.TextChoices):
        OPEN = "open", _("Being looked into")
        DISMISSED = "dismissed", _("Not upheld")
        UPHELD = "upheld", _("Upheld")

        ANSWERED = Group(DISMISSED, UPHELD)

    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    receipt = models.CharField(_("Receipt number"), max_length=20, unique=True)
    name = models.CharField(_("Your name"), max_length=50, blank=True)
    contact = models.CharField(_("How to reach you"), max_length=100, blank=True)
    text = models.TextField(_("What is not right"))
    sent = models.UUIDField(null=True, unique=True)
    photo = models.OneToOneField(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("Objection to a nomination")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None, answered_by=None, answer="")
                | Q(state__in=["dismissed", "upheld"], answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(answer=""),
                name="round_objection_answered_has_time",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="round_objection_states", field="state", transitions=[("open", "dismissed"), ("open", "upheld")]
            ),
            pgtrigger.ReadOnly(
                name="what_was_objected_stays", fields=["nomination", "unit", "receipt", "text", "photo", "made_at"]
            ),
            pgtrigger.Protect(name="round_objection_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="objection_under_public_notice",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM honours_nomination n JOIN honours_round r ON r.id = n.round_id
                        WHERE n.id = NEW.nomination_id AND n.state = 'listed' AND r.state = 'notice'
                          AND n.unit_id = NEW.unit_id
                    ) THEN
                        RAISE EXCEPTION 'the village is not under public notice' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.receipt
