"""What is said about a draft: comments and their answers, proposals of the joint review, who had nothing to add."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role, office_name
from consultations.models.consultation import Consultation
from consultations.models.lifecycle import Phase
from villages.models import Unit

User = settings.AUTH_USER_MODEL
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
PLACE_LENGTH, NAME_LENGTH = 60, 200


def _said_while(state: str) -> pgtrigger.Trigger:
    """Rows are written only while their draft is in ``state``."""
    return pgtrigger.Trigger(
        name="said_in_time",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF NOT EXISTS (
                SELECT FROM consultations_consultation c WHERE c.id = NEW.consultation_id AND c.state = '{state}'
            ) THEN
                RAISE EXCEPTION 'the draft is not {state}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 words of our own
    )


class Remark(models.Model):
    """``place``: what of the draft it is about (``consultations.places``; "": the whole), ``about``: that in words."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="%(class)ss")
    place = models.CharField(_("About"), max_length=PLACE_LENGTH, blank=True)
    about = models.CharField(_("About"), max_length=NAME_LENGTH)
    text = models.TextField(_("Comment"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


@pghistory.track()
class Comment(Remark):
    """Of the village, township or department whose ``role`` on ``unit`` its author holds; of the public without.

    ``name`` and ``contact``: of somebody without an account, if given; only the office reads them.
    """

    class Outcome(models.TextChoices):
        TAKEN_UP = "taken_up", pgettext_lazy("comment", "Taken up")
        PARTLY = "partly", pgettext_lazy("comment", "Taken up in part")
        NOT = "not", pgettext_lazy("comment", "Not taken up")
        EXPLAINED = "explained", pgettext_lazy("comment", "Explained")

    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    role = models.CharField(_("Role"), max_length=20, choices=Role, blank=True)
    department = models.CharField(_("Department"), max_length=50, blank=True)
    name = models.CharField(_("Your name (optional)"), max_length=50, blank=True)
    contact = models.CharField(_("How to reach you (optional)"), max_length=100, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("Comment")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by=None, unit=None, role="")
                | Q(by__isnull=False, unit__isnull=False, name="", contact="") & ~Q(role=""),
                name="comment_of_a_post_or_the_public",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", answer="", answered_by=None, answered_at=None)
                | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(outcome="") & ~Q(answer=""),
                name="comment_answer_is_whole",
            ),
        ]
        triggers = [
            _said_while("consulting"),
            pgtrigger.ReadOnly(
                name="what_was_said_stays",
                fields=["consultation", "place", "about", "text", "at", "by", "unit", "role", "department", "name"],
            ),
            pgtrigger.Protect(name="comment_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answer_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__answered_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.text[:40]}"

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def source(self) -> str:
        """From whom, without a name: what everybody may read."""
        if not self.unit_id:
            return str(_("The public"))
        return self.department or office_name(self.role, self.unit_id)


@pghistory.track()
class DraftProposal(Remark):
    """A change that an office of the city's counties, or the city's, proposes in the joint review."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("change of a draft", "Accepted")
        DECLINED = "declined", pgettext_lazy("change of a draft", "Declined")

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    why = models.TextField(_("Reason"))
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(_("Answer"), blank=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("Proposed change")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", answer="", settled_by=None, settled_at=None)
                | Q(settled_by__isnull=False, settled_at__isnull=False) & ~Q(outcome="") & ~Q(answer=""),
                name="draft_proposal_settled_is_whole",
            )
        ]
        triggers = [
            _said_while("reviewing"),
            pgtrigger.ReadOnly(
                name="what_was_proposed_stays",
                fields=["consultation", "place", "about", "text", "at", "by", "unit", "why"],
            ),
            pgtrigger.Protect(name="draft_proposal_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="settled_proposal_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.text[:40]}"

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


@pghistory.track(pghistory.InsertEvent())
class Acknowledgement(models.Model):
    """An office or unit has read the draft and has nothing to add."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="acknowledgements")
    phase = models.CharField(max_length=10, choices=Phase)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("Nothing to add")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "phase", "by"], name="one_acknowledgement_per_person")
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.unit} {self.phase}"


@pghistory.track(pghistory.InsertEvent())
class DraftChange(models.Model):
    """A place of the draft was changed on that day, after others had begun to read it; they are told once a day."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="changes")
    place = models.CharField(max_length=PLACE_LENGTH)
    about = models.CharField(_("About"), max_length=NAME_LENGTH)
    day = models.DateField(_("Day"))
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        verbose_name = _("Change of the draft")
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "place", "day"], name="one_draft_change_per_day")
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.about} {self.day}"
