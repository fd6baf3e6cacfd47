"""Leads as the nightly task found them, what inspectors noted when they set one aside, and the limits that places have
set."""

from functools import reduce
from operator import or_

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.leads.limits import LIMITS
from villages.models import Unit

VIEW = "reports.view_leads"


class LeadRule(models.TextChoices):
    GAP = "gap", _("Self-assessment far above the panel")
    JUMP = "jump", _("Sudden jump")
    OBJECTIONS = "objections", _("Repeated objections")
    PHOTO = "photo", _("The same or nearly the same photo")
    REVIEWER = "reviewer", _("Reviewer far from the others")
    CROWD = "crowd", _("Totals crowd just above a line")


class LeadQuerySet(models.QuerySet):
    def found(self) -> "LeadQuerySet":
        """Those that the last nightly task found again."""
        return self.filter(gone_at=None)

    def waiting(self) -> "LeadQuerySet":
        """Those nobody has set aside, or that have more cases than when they were."""
        return self.found().filter(Q(set_aside_cases=None) | Q(set_aside_cases__lt=F("cases")))


class Lead(models.Model):
    """``place``: the smallest place that holds everything the lead speaks of; who reaches it may see it. ``unit`` or
    ``person``: what it is about, if that is one. ``cases``: how many times the rule found the same.

    ``measured``: the figures of its sentence; ``rows``: the rows behind it, as the rule wrote them.
    """

    rule = models.CharField(_("Rule"), max_length=12, choices=LeadRule)
    place = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    cases = models.PositiveIntegerField(_("Cases"))
    measured = models.JSONField()
    rows = models.JSONField()
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    set_aside_cases = models.PositiveIntegerField(null=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("view_leads", "See leads for inspectors")]
        ordering = ["rule", "-cases", "place", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "place", "subject"], name="one_lead_per_subject")]

    def __str__(self) -> str:
        return f"{self.rule} {self.place_id} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("lead", args=[self.pk])

    @property
    def is_set_aside(self) -> bool:
        return self.set_aside_cases is not None and self.set_aside_cases >= self.cases


@pghistory.track(pghistory.InsertEvent())
class LeadNote(models.Model):
    """Why a lead was set aside, at so many ``cases``; it waits again when more are found."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="notes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    note = models.CharField(pgettext_lazy("lead", "Note"), max_length=500)
    cases = models.PositiveIntegerField(_("Cases"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="lead_note_says_why")]
        triggers = [pgtrigger.Protect(name="lead_note_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.by}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LeadLimit(models.Model):
    """What a city or county has set for a limit of leads; without a row the level above counts, at last the default."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    name = models.CharField(pgettext_lazy("lead", "Limit"), max_length=20)
    value = models.PositiveSmallIntegerField(_("Value"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="one_lead_limit_per_name"),
            models.CheckConstraint(
                condition=reduce(
                    or_, (Q(name=name, value__range=(one.least, one.most)) for name, one in LIMITS.items())
                ),
                name="lead_limit_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.name} {self.value}"
