"""A consultation: how one draft of a scheme comes to be agreed on."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models.asked import posts_asked
from consultations.models.lifecycle import LEAD, REVIEW, STEPS, WRITE, ConsultationState
from ratings.models import Scheme
from ratings.models.scheme import ExactDecoder, ExactEncoder
from records import deadlines
from villages.models import Unit, below_any

User = settings.AUTH_USER_MODEL
CITY_LENGTH = 4


def city_of(code: str) -> str:
    return code[:CITY_LENGTH]


def asking(user: Any) -> Q:
    """The consultations in which ``user`` is asked for comments."""
    posts = posts_asked(OuterRef("unit_id"), OuterRef("scheme__rates"))
    return Q(Exists(posts.filter(user=user.pk)))


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def open(self) -> ConsultationQuerySet:
        return self.filter(state__in=ConsultationState.OPEN)

    def seen_by(self, user: Any) -> ConsultationQuerySet:
        """Those of the offices that write the scheme or lead the review; those that ``user`` is asked to comment on;
        and, while it is a draft under review, those of the city's other counties."""
        above = below_any([*user.reach(WRITE), *user.reach(LEAD)], "unit_id")
        cities = {city_of(code) for code in user.reach(REVIEW)}
        shared = below_any(cities, "unit_id") & Q(state__in=ConsultationState.SHARED)
        return self.filter(above | asking(user) & ~Q(state=ConsultationState.WITHDRAWN) | shared)

    def public_now(self) -> ConsultationQuerySet:
        """Those that anybody may read: the public was asked, and the draft is not taken back."""
        return self.filter(public=True).exclude(state=ConsultationState.WITHDRAWN)


@pghistory.track()
class Consultation(models.Model):
    """``public``: anybody may read and comment, not only those who are rated or rate. ``body``: the draft as it was
    when the present step began, for those who ask what has changed since.

    ``reviewed_body``: what the joint review concluded on, with the ``digest`` of exactly that. ``reason``: why it was
    closed early, given back or taken back.
    """

    State = ConsultationState

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="consultations", verbose_name=_("Scheme"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("County"))
    state = models.CharField(_("State"), max_length=10, choices=ConsultationState, default=ConsultationState.CONSULTING)
    public = models.BooleanField(_("The public may comment too"), default=False)
    note = models.TextField(_("What we ask you to look at"), blank=True)
    body = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    comments_until = models.DateTimeField(_("Comments until"))
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    consulted_at = models.DateTimeField(null=True)
    review_until = models.DateTimeField(_("Joint review until"), null=True)
    sent_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_body = models.JSONField(null=True, encoder=ExactEncoder, decoder=ExactDecoder)
    digest = models.CharField(max_length=64, blank=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Consultation")
        permissions = [
            ("comment_draft", "Comment on the draft schemes of one's county"),
            ("review_draft", "Propose changes of the draft schemes of the city's counties"),
            ("lead_review", "Conclude the joint review of the counties' draft schemes"),
        ]
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme"], condition=~Q(state="withdrawn"), name="one_consultation_per_draft"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ConsultationState.SHARED.values) | Q(review_until__isnull=False),
                name="review_has_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state="reviewed")
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False, reviewed_body__isnull=False) & ~Q(digest=""),
                name="reviewed_draft_is_kept",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="consultation_states", field="state", transitions=STEPS.transitions),
            pgtrigger.ReadOnly(name="what_is_consulted_on_stays", fields=["scheme", "unit", "opened_by", "opened_at"]),
            pgtrigger.Protect(name="consultation_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="consultation_begins_with_comments",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="consulting"),
            ),
            pgtrigger.Protect(
                name="ended_consultation_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="issued") | pgtrigger.Q(old__state="withdrawn"),
            ),
            pgtrigger.Trigger(
                name="nothing_stays_unanswered",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.state = 'consulting' AND NEW.state = 'consulted' AND EXISTS (
                        SELECT FROM consultations_comment c WHERE c.consultation_id = NEW.id AND c.answered_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'comments are not answered yet' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.state = 'reviewing' AND NEW.state = 'reviewed' AND EXISTS (
                        SELECT FROM consultations_draftproposal p
                        WHERE p.consultation_id = NEW.id AND p.settled_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'proposals are not settled yet' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.state <> 'issued' AND NEW.state = 'issued' AND NOT EXISTS (
                        SELECT FROM ratings_scheme s WHERE s.id = NEW.scheme_id AND s.state = 'issued'
                    ) THEN
                        RAISE EXCEPTION 'the scheme is not issued' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.state <> 'issued' AND NEW.state = 'issued' AND NOT EXISTS (
                        SELECT FROM consultations_issue i WHERE i.consultation_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'how it was agreed on is not recorded' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme.name} {self.scheme.year}"

    def get_absolute_url(self) -> str:
        return reverse("consultation", args=[self.pk])

    @property
    def city(self) -> str:
        """The code of the city whose counties review it."""
        return city_of(self.unit_id)

    @property
    def due_at(self) -> Any:
        """When the present step ends: for comments, or for proposals."""
        if self.state == ConsultationState.REVIEWING:
            return self.review_until
        return self.comments_until if self.state == ConsultationState.CONSULTING else None

    @property
    def until(self) -> str:
        """The deadline of the present step in words."""
        return deadlines.deadline_left(self.due_at) if self.due_at else ""

    @property
    def takes_comments(self) -> bool:
        return self.state == ConsultationState.CONSULTING and not deadlines.is_over(self.comments_until)

    @property
    def takes_proposals(self) -> bool:
        return self.state == ConsultationState.REVIEWING and not deadlines.is_over(self.review_until)
