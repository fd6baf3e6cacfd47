"""A decision (审定): which star a unit gets, by whom, and from which day it is in force."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ratings.models.application import Application
from ratings.models.cycle import Cycle
from ratings.models.decision_lifecycle import DECISION_STEPS, DecisionState
from ratings.models.programme import stars_only
from ratings.models.register_run import marks_stale
from ratings.models.scheme import Scheme
from villages.models import Unit, by_county


class DecisionQuerySet(models.QuerySet):
    def confirmed(self) -> DecisionQuerySet:
        return self.filter(state=Decision.State.CONFIRMED)


@pghistory.track(meta=by_county("unit", "decision_history"))
class Decision(models.Model):
    """``on``: the day from which it is in force; ``cut_off``: the last day for facts that it considered (formats §3).

    Both are set when it is confirmed. A decision never changes; a new one ``replaces`` it. A reversed closing leaves
    its decisions ``reversed``: they count as if they had never been made.
    """

    State = DecisionState

    class Origin(models.TextChoices):
        TOWNSHIP = "township", _("Township")
        COUNTY = "county", _("County")
        IMPORTED = "imported", _("Decided on paper")
        CLOSING = "closing", _("Closing of the cycle")
        APPEAL = "appeal", _("Appeal")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="decisions")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="decisions")
    cycle = models.ForeignKey(Cycle, null=True, on_delete=models.PROTECT, related_name="decisions")
    scheme = models.ForeignKey(Scheme, null=True, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("Year"))
    star = models.PositiveSmallIntegerField(_("Star"))
    total = models.DecimalField(_("Total"), max_digits=7, decimal_places=2, null=True)
    origin = models.CharField(max_length=10, choices=Origin)
    state = models.CharField(max_length=10, choices=DecisionState, default=DecisionState.DECIDED)
    document = models.CharField(_("Document"), max_length=200, blank=True)
    reason = models.TextField(_("Reason"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    on = models.DateField(_("In force from"), null=True)
    cut_off = models.DateField(_("Cut-off day"), null=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["unit", "on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=DecisionState.PENDING.values),
                name="one_pending_decision_per_application",
            ),
            models.UniqueConstraint(
                fields=["unit", "on"], condition=Q(origin="imported"), name="one_imported_decision_per_day"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DecisionState.WITH_DAYS.values, on__isnull=False, cut_off__isnull=False)
                | (~Q(state__in=DecisionState.WITH_DAYS.values) & Q(on=None, cut_off=None)),
                name="decision_confirmed_has_day",
            ),
            models.CheckConstraint(condition=Q(star__lte=9), name="decision_star_range"),
        ]
        indexes = [
            models.Index(fields=["unit", "on", "id"], condition=Q(state="confirmed"), name="decision_in_force"),
            # The results of a place by the day, without reading the decisions on paper (reports/questions/decided.sql).
            models.Index(
                fields=["unit", "year", "-on", "-id"],
                include=["origin", "application", "scheme"],
                condition=Q(state="confirmed", application__isnull=False),
                name="result_in_force",
            ),
        ]
        triggers = [
            *marks_stale("decision", f"select unit_id from written where state in {DecisionState.WITH_DAYS.sql}"),  # noqa: S608 our own words
            pgtrigger.FSM(name="decision_states", field="state", transitions=DECISION_STEPS.transitions),
            pgtrigger.Protect(
                name="closings_alone_are_reversed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state="reversed") & ~pgtrigger.Q(old__origin="closing"),
            ),
            pgtrigger.ReadOnly(
                name="what_was_decided_stays",
                fields=[
                    "unit",
                    "application",
                    "cycle",
                    "scheme",
                    "year",
                    "star",
                    "total",
                    "origin",
                    "decided_by",
                    "decided_at",
                ],
            ),
            pgtrigger.Protect(
                name="decision_begins_unreleased",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="decided") & pgtrigger.Q(new__origin__in=["township", "county"]),
            ),
            pgtrigger.Protect(name="decision_stays", operation=pgtrigger.Delete),
            stars_only("decision_is_of_no_programme"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}: {self.star}"
