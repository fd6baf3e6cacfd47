"""An improvement plan (改进提升计划): why a village needs one, who helps it, until when, and how it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from improvements.models.lifecycle import HELP, STEPS, VIEW, PlanState
from ratings.models import Decision
from records import deadlines
from records.addresses import address
from villages.models import Unit, below, below_any

User = settings.AUTH_USER_MODEL
USUAL, LONGEST = timedelta(days=183), timedelta(days=366)
"""How long a plan runs when nobody says otherwise, and at most."""


class PlanQuerySet(models.QuerySet["Plan"]):
    def open(self) -> PlanQuerySet:
        return self.filter(state__in=PlanState.OPEN)

    def late(self) -> PlanQuerySet:
        """Those that have not passed although their day is over."""
        return self.open().filter(due__lt=timezone.localdate())

    def seen_by(self, user: Any) -> PlanQuerySet:
        """What lies in the reader's scope; of a helper unit, only the plans that name it."""
        return self.filter(below_any(user.reach(VIEW), "unit_id") | self._helped_by(user))

    def helped_by(self, user: Any) -> PlanQuerySet:
        """Those that name a helper unit that ``user`` works for, once they have been sent to it."""
        return self.filter(self._helped_by(user))

    @staticmethod
    def _helped_by(user: Any) -> Q:
        found = Q(pk__in=[])
        for county, helper in helper_units_of(user):
            found |= below(county, "unit_id") & Q(helper=helper, proposed_at__isnull=False)
        return found

    def taken_part_in_by(self, user: Any) -> PlanQuerySet:
        """Those that ``user`` drew up, agreed to, helped with or reported."""
        named = Q(drawn_up_by=user) | Q(reported_by=user) | Q(person=user)
        wrote = Q(agreements__by=user) | Q(progress__by=user)
        return self.filter(named | wrote).distinct()

    def with_outcome(self) -> PlanQuerySet:
        """Each with ``after_total``, ``after_star`` and ``after_application``: the unit's next confirmed result of a
        later year."""
        later = Decision.objects.confirmed().filter(unit=OuterRef("unit"), year__gt=OuterRef("year"))
        next_one = later.order_by("year", "-on", "-pk")
        return self.annotate(
            after_total=Subquery(next_one.values("total")[:1]),
            after_star=Subquery(next_one.values("star")[:1]),
            after_application=Subquery(next_one.values("application")[:1]),
        )


def helper_units_of(user: Any) -> list[tuple[str, str]]:
    """The helper units that ``user`` works for today: county, and name."""
    return [(post.unit_id, post.department) for post in user.posts if post.role == Role.HELPER and post.department]


@pghistory.track()
class Plan(models.Model):
    """``decision``: the result, or the one in force when the star fell (``cause``); ``star_before``: what the unit held
    until then.

    ``helper``: the name of the helper unit, as in the appointments of its people; ``person``: the one of them in
    charge. ``revision`` counts how often the plan was sent: the parties agree to one revision. The unit changes only
    by a merger or split.
    """

    State = PlanState

    class Cause(models.TextChoices):
        RESULT = "result", _("Result of the year")
        FALL = "fall", _("Star lowered by an event")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plans", verbose_name=_("Unit"))
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(_("Why"), max_length=10, choices=Cause)
    year = models.PositiveSmallIntegerField(_("Year"))
    star = models.PositiveSmallIntegerField(_("Star"))
    star_before = models.PositiveSmallIntegerField(_("Star before"), null=True)
    begun_on = models.DateField(_("Begun"))
    due = models.DateField(_("To be done by"))
    state = models.CharField(_("State"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    helper = models.CharField(_("Helper unit"), max_length=50, blank=True)
    person = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Person in charge at the helper")
    )
    money = models.DecimalField(_("Money (yuan)"), max_digits=12, decimal_places=2, null=True)
    money_source = models.CharField(_("Where the money comes from"), max_length=100, blank=True)
    revision = models.PositiveSmallIntegerField(default=0)
    drawn_up_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    finding = models.TextField(_("What the check found"), blank=True)
    reason = models.TextField(_("Reason"), blank=True)
    closed_at = models.DateTimeField(_("Closed"), null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Improvement plan")
        permissions = [
            ("view_plan", "See improvement plans"),
            ("draw_up_plan", "Draw up improvement plans"),
            ("agree_plan_village", "Agree to improvement plans for the village"),
            ("agree_plan_township", "Agree to improvement plans for the township"),
            ("carry_out_plan", "Carry out improvement plans"),
            ("help_plan", "Help with the improvement plans of one's helper unit"),
            ("supervise_plan", "Check and cancel improvement plans"),
        ]
        ordering = ["due", "unit", "pk"]
        indexes = [models.Index(fields=["unit", "due"], name="plan_by_unit")]
        constraints = [
            models.UniqueConstraint(fields=["decision"], condition=Q(cause="result"), name="one_plan_per_result"),
            models.UniqueConstraint(  # after a split the parts stand under one decision
                fields=["unit", "decision"],
                condition=Q(cause="fall", state__in=PlanState.OPEN.values),
                name="one_open_plan_per_fall",
            ),
            models.CheckConstraint(
                condition=Q(due__gt=F("begun_on"), due__lte=F("begun_on") + LONGEST), name="plan_ends_within_a_year"
            ),
            models.CheckConstraint(
                condition=Q(state__in=PlanState.CLOSED.values, closed_at__isnull=False)
                | Q(state__in=PlanState.OPEN.values, closed_at=None),
                name="plan_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | ~Q(helper="") & Q(revision__gt=0),
                name="plan_sent_has_helper",
            ),
            models.CheckConstraint(
                condition=Q(money=None, money_source="") | Q(money__gt=0) & ~Q(money_source=""),
                name="plan_money_has_source",
            ),
            models.CheckConstraint(
                condition=~Q(state="passed") | Q(checked_by__isnull=False, reported_by__isnull=False),
                name="passed_plan_was_checked",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="plan_states", field="state", transitions=STEPS.transitions),
            pgtrigger.ReadOnly(name="why_it_began_stays", fields=["decision", "cause", "year", "star", "begun_on"]),
            pgtrigger.Protect(
                name="plan_begins_as_draft", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="draft")
            ),
            pgtrigger.Protect(name="plan_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_plan_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="passed") | pgtrigger.Q(old__state="cancelled"),
            ),
            pgtrigger.Protect(
                name="what_was_sent_stays",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft")
                & (
                    pgtrigger.Q(old__due__df=pgtrigger.F("new__due"))
                    | pgtrigger.Q(old__helper__df=pgtrigger.F("new__helper"))
                    | pgtrigger.Q(old__person__df=pgtrigger.F("new__person"))
                    | pgtrigger.Q(old__money__df=pgtrigger.F("new__money"))
                    | pgtrigger.Q(old__money_source__df=pgtrigger.F("new__money_source"))
                    | pgtrigger.Q(old__revision__df=pgtrigger.F("new__revision"))
                    | pgtrigger.Q(old__drawn_up_by__df=pgtrigger.F("new__drawn_up_by"))
                ),
            ),
            pgtrigger.Protect(
                name="who_reported_it_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="reported")
                & ~pgtrigger.Q(new__state="active")
                & (
                    pgtrigger.Q(old__reported_by__df=pgtrigger.F("new__reported_by"))
                    | pgtrigger.Q(old__reported_at__df=pgtrigger.F("new__reported_at"))
                ),
            ),
            pgtrigger.Trigger(
                name="plan_is_agreed_by_three",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="proposed", new__state="active"),
                func="""
                    IF 3 <> (
                        SELECT count(*) FROM improvements_agreement a
                        WHERE a.plan_id = NEW.id AND a.revision = NEW.revision
                    ) THEN
                        RAISE EXCEPTION 'village, helper and township have not all agreed'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="plan_is_checked_by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="reported", new__state="passed"),
                func="""
                    IF NEW.checked_by_id IN (OLD.reported_by_id, OLD.drawn_up_by_id, OLD.person_id)
                        OR EXISTS (
                            SELECT FROM improvements_agreement a
                            WHERE a.plan_id = NEW.id AND a.by_id = NEW.checked_by_id
                        )
                        OR EXISTS (
                            SELECT FROM improvements_progress p
                            WHERE p.plan_id = NEW.id AND p.by_id = NEW.checked_by_id
                        )
                    THEN
                        RAISE EXCEPTION 'who took part in a plan does not check it' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"

    def get_absolute_url(self) -> str:
        return address("plan", self.pk)

    def admits(self, user: Any, perm: str) -> bool:
        """A helper unit's people help with the plans that name it, and with no other (``accounts.authority``)."""
        return perm != HELP or (
            self.proposed_at is not None
            and any(self.unit_id.startswith(county) and self.helper == name for county, name in helper_units_of(user))
        )

    @property
    def is_open(self) -> bool:
        return self.state in PlanState.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and deadlines.is_over(self.due)

    @property
    def until(self) -> str:
        """The deadline in words."""
        return deadlines.deadline(self.due)

    @property
    def remaining(self) -> str:
        return deadlines.remaining(self.due)

    @property
    def latest_due(self) -> Any:
        return self.begun_on + LONGEST

    @property
    def lowered(self) -> bool:
        return self.star_before is not None and self.star < self.star_before
