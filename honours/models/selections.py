"""评先评优: the condition under which villages may be honoured, and the answers given under it."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from honours.models.lifecycle import VIEW
from villages.models import Unit, around_any

User = settings.AUTH_USER_MODEL
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class SelectionQuerySet(models.QuerySet["Selection"]):
    def seen_by(self, user: Any) -> SelectionQuerySet:
        """Those of the places above and below the reader's."""
        return self.filter(around_any(user.reach(VIEW), "unit_id"))


@pghistory.track(pghistory.InsertEvent())
class Selection(models.Model):
    """A list of villages that may be honoured on the day ``on``: at least ``min_star``, without a break for ``years``
    years before it (0: on the day alone); no released event of the kinds ``barring`` open on that day or dated in the
    ``months`` before it; in each area (code) of ``areas`` at least that share of the full marks.

    Another condition is another list: what was answered stays true to what was asked.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Of"))
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    asked_by = models.CharField(_("Asked for by"), max_length=100)
    basis = models.CharField(_("Document that asks for it"), max_length=200, blank=True)
    on = models.DateField(_("Day"))
    min_star = models.PositiveSmallIntegerField(_("At least this star"))
    years = models.PositiveSmallIntegerField(_("For how many years before"), default=0)
    barring = ArrayField(models.CharField(max_length=40), verbose_name=_("Events that bar"), blank=True, default=list)
    months = models.PositiveSmallIntegerField(_("Within how many months before"), default=12)
    areas = models.JSONField(_("Least share of the full marks, by area"), blank=True, default=dict)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = SelectionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("List for honours")
        permissions = [("ask_eligibility", "Ask whether villages may be honoured")]
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="selection_name_once"),
            models.CheckConstraint(condition=Q(min_star__gt=0), name="selection_asks_a_star"),
            models.CheckConstraint(condition=Q(years__lte=10, months__lte=120), name="selection_looks_back_so_far"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("honour_selection", args=[self.pk])


@pghistory.track(pghistory.InsertEvent())
class EligibilityAnswer(models.Model):
    """The answer to "may this village be honoured?" as it was given. ``conditions``: each with what it asks, what the
    village has, and whether that is enough; ``code``: the check code of its paper."""

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="answers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    eligible = models.BooleanField(_("May be honoured"))
    conditions = models.JSONField(_("Conditions"))
    purpose = models.CharField(_("What for"), max_length=200)
    code = models.CharField(_("Check code"), max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("Answer about an honour")
        ordering = ["-at", "-pk"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.unit} {self.selection}"

    def get_absolute_url(self) -> str:
        return reverse("eligibility_answer", args=[self.pk])
