"""An assessment (考核) of townships or counties: its formula, and the figures once a decision has frozen them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import Group
from villages.models import CODE_LENGTHS, Unit, below_any, prefixes

User = settings.AUTH_USER_MODEL
MANAGE, VIEW = "reports.manage_assessment", "reports.view_assessment"
DIGITS = {"county": CODE_LENGTHS[2], "township": CODE_LENGTHS[3]}
"""Of the codes of the units assessed, by level."""


class AssessmentState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", pgettext_lazy("assessment", "Issued")
    FROZEN = "frozen", pgettext_lazy("assessment", "Decided and frozen")

    TOLD = Group(ISSUED, FROZEN)
    """Known to those assessed."""


class AssessmentQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> AssessmentQuerySet:
        """Those that ``user`` makes, and those told in which a unit where the user holds a post is assessed."""
        seen = below_any(user.reach(MANAGE), "unit_id")
        for code in user.reach(VIEW):
            for level, digits in DIGITS.items():
                if len(code) == digits:
                    seen |= Q(unit__in=prefixes(code)[:-1], assesses=level, state__in=AssessmentState.TOLD)
        return self.filter(seen)


@pghistory.track()
class Assessment(models.Model):
    """``formula`` is an assessment file (formats §9) as text, exact. It may change while it is a draft.

    ``figures``: what was decided: the units with their terms and figure, and for each term the villages behind it.
    """

    State = AssessmentState

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    assesses = models.CharField(
        _("Assesses"), max_length=10, choices=[("township", _("Townships")), ("county", _("Counties"))]
    )
    year = models.PositiveSmallIntegerField(_("Year"))
    on = models.DateField(_("Figures as of"))
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    formula = models.TextField(_("Formula"))
    state = models.CharField(_("State"), max_length=10, choices=AssessmentState, default=AssessmentState.DRAFT)
    figures = models.JSONField(_("Assessment figures"), null=True, encoder=DjangoJSONEncoder)
    document = models.CharField(_("Document number"), max_length=100, blank=True)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("manage_assessment", "Write, issue and decide assessments"),
            ("view_assessment", "See the assessment of one's own unit"),
        ]
        ordering = ["-year", "unit", "name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "name"], name="assessment_name_once"),
            models.CheckConstraint(
                condition=Q(state="draft", issued_by=None, issued_at=None)
                | (~Q(state="draft") & Q(issued_by__isnull=False, issued_at__isnull=False)),
                name="assessment_issued_by_somebody",
            ),
            models.CheckConstraint(
                condition=(~Q(state="frozen") & Q(figures=None, document="", decided_by=None, decided_at=None))
                | (
                    Q(state="frozen", figures__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(document="")
                ),
                name="assessment_frozen_by_a_decision",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="assessment_states", field="state", transitions=[("draft", "issued"), ("issued", "frozen")]
            ),
            pgtrigger.Protect(
                name="assessment_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
            ),
            pgtrigger.Protect(
                name="frozen_assessment_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="frozen"),
            ),
            pgtrigger.Trigger(
                name="issued_formula_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft"),
                func="""
                    IF (OLD.formula, OLD.unit_id, OLD.assesses, OLD.year, OLD."on", OLD.name)
                       IS DISTINCT FROM (NEW.formula, NEW.unit_id, NEW.assesses, NEW.year, NEW."on", NEW.name) THEN
                        RAISE EXCEPTION 'the formula of an issued assessment stays'
                              USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="assessment_stays", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__state="draft")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("assessment", args=[self.pk])

    @cached_property
    def digits(self) -> int:
        return DIGITS[self.assesses]


@pghistory.track()
class ComparisonSetting(models.Model):
    """Whether a city shows those assessed the figures of all, instead of their own alone. Off where nothing is set."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("City"))
    shown = models.BooleanField(_("Figures of all are shown"), default=False)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.unit_id} {self.shown}"
