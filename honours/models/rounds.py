"""A round (批次) in which a county, city or province names model villages (示范村), and what is asked in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from honours.models.lifecycle import ROUND_STEPS, RUN, VIEW, RoundState
from incentives.models import RewardPolicy
from records.models import StoredFile
from villages.models import COUNTY_LENGTH, Unit, around_any

User = settings.AUTH_USER_MODEL
TERMS = (
    "unit",
    "level",
    "name",
    "day",
    "min_star",
    "nominate_until",
    "valid_until",
    "quota",
    "barring",
    "departments",
    "basis",
    "basis_file",
    "award",
    "opinion_days",
    "check_days",
    "notice_days",
)
"""What a round says, and what stands once it is open."""


class RoundQuerySet(models.QuerySet["Round"]):
    def seen_by(self, user: Any) -> RoundQuerySet:
        """The rounds of the places above and below the reader's; a draft only for those who write it."""
        return self.filter(around_any(user.reach(VIEW), "unit_id"), ~Q(state="draft") | Q(unit__in=user.reach(RUN)))


@pghistory.track()
class Round(models.Model):
    """``unit`` runs it and ``level`` gives the title: a city may run the round of its province.

    ``day``: the day whose stars count; ``barring``: the kinds of event that bar while they are open; ``quota``: how
    many each county may recommend (none: no limit); ``basis``: the document that the round rests on; ``award``: yuan
    for each village named, paid by its county's finance (none: no award). The title holds until ``valid_until``.
    """

    State = RoundState

    class Level(models.TextChoices):
        COUNTY = "county", _("County")
        CITY = "city", _("City")
        PROVINCE = "province", _("Province")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Run by"))
    level = models.CharField(_("Level of the title"), max_length=10, choices=Level)
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    day = models.DateField(_("Day whose stars count"))
    min_star = models.PositiveSmallIntegerField(_("At least this star"), default=4)
    nominate_until = models.DateField(_("Nominations until"))
    valid_until = models.DateField(_("The title holds until"))
    quota = models.PositiveSmallIntegerField(_("Villages per county at most"), null=True, blank=True)
    barring = ArrayField(models.CharField(max_length=40), verbose_name=_("Events that bar while they are open"))
    departments = ArrayField(models.CharField(max_length=60), verbose_name=_("Departments of the joint check"))
    basis = models.CharField(_("Document that the round rests on"), max_length=200)
    basis_file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Attachment")
    )
    award = models.DecimalField(
        _("Award for each village (yuan)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    opinion_days = models.PositiveSmallIntegerField(_("Working days for each opinion"), default=5)
    check_days = models.PositiveSmallIntegerField(_("Working days for the joint check"), default=5)
    notice_days = models.PositiveSmallIntegerField(_("Working days of public notice"), default=5)
    state = models.CharField(_("State"), max_length=10, choices=RoundState, default=RoundState.DRAFT)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    check_due = models.DateTimeField(_("Departments answer until"), null=True)
    released_on = models.DateField(_("Public notice from"), null=True)
    last_day = models.DateField(_("Public notice until"), null=True)
    document = models.CharField(_("Document of the naming"), max_length=100, blank=True)
    named_on = models.DateField(_("Named on"), null=True)
    named_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("Reason"), blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Round of model villages")
        permissions = [
            ("view_honour", "See rounds of model villages and lists for honours"),
            ("run_round", "Run rounds of model villages"),
        ]
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="round_name_once"),
            models.CheckConstraint(condition=Q(min_star__gte=4), name="round_asks_four_stars"),
            models.CheckConstraint(
                condition=Q(nominate_until__gte=F("day"), valid_until__gt=F("nominate_until")),
                name="round_days_in_order",
            ),
            models.CheckConstraint(condition=Q(quota=None) | Q(quota__gt=0), name="round_quota_positive"),
            models.CheckConstraint(condition=Q(award=None) | Q(award__gt=0), name="round_award_positive"),
            models.CheckConstraint(condition=~Q(basis=""), name="round_has_a_basis"),
            models.CheckConstraint(
                condition=Q(state="named", named_on__isnull=False, named_by__isnull=False) & ~Q(document="")
                | ~Q(state="named") & Q(named_on=None, named_by=None, document=""),
                name="round_named_by_document",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "check", "cancelled"])
                | Q(released_on__isnull=False, last_day__gte=F("released_on")),
                name="round_notice_has_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="named") | Q(named_on__gt=F("last_day")), name="round_named_after_notice"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="round_states", field="state", transitions=ROUND_STEPS.transitions),
            pgtrigger.Protect(
                name="round_begins_as_draft", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="draft")
            ),
            pgtrigger.Protect(name="round_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_round_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="named") | pgtrigger.Q(old__state="cancelled"),
            ),
            pgtrigger.Trigger(
                name="terms_of_an_open_round_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*TERMS),
                func="""
                    IF OLD.state <> 'draft' THEN
                        RAISE EXCEPTION 'the terms of a round that is open stay' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="round_goes_on_when_complete",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("state"),
                func="""
                    IF NEW.state = 'check' AND EXISTS (
                        SELECT FROM honours_nomination n
                        WHERE n.round_id = NEW.id AND n.state IN ('township', 'county', 'city')
                    ) THEN
                        RAISE EXCEPTION 'nominations are still on their way' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.state = 'notice' AND EXISTS (
                        SELECT FROM honours_nomination n CROSS JOIN unnest(NEW.departments) d(name)
                        WHERE n.round_id = NEW.id AND n.state = 'listed' AND NOT EXISTS (
                            SELECT FROM honours_departmentreply r
                            WHERE r.round_id = NEW.id AND r.unit_id = left(n.unit_id, 6) AND r.department = d.name
                        )
                    ) THEN
                        RAISE EXCEPTION 'a department has not answered' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.state = 'named' AND EXISTS (
                        SELECT FROM honours_roundobjection o JOIN honours_nomination n ON n.id = o.nomination_id
                        WHERE n.round_id = NEW.id AND o.state = 'open'
                    ) THEN
                        RAISE EXCEPTION 'an objection is open' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("honour_round", args=[self.pk])

    def admits(self, user: Any, perm: str) -> bool:
        """A round is run by the office of its own place, not by one above it (``accounts.authority``)."""
        return perm != RUN or self.unit_id in user.reach(RUN)

    @property
    def ends_at_county(self) -> bool:
        """The county's opinion is the last one: it runs the round itself."""
        return len(self.unit_id) == COUNTY_LENGTH

    def takes_nominations(self, on: date) -> bool:
        return self.state == RoundState.OPEN and on <= self.nominate_until

    @property
    def is_public(self) -> bool:
        return self.state in RoundState.PUBLIC


@pghistory.track(pghistory.InsertEvent())
class RoundAward(models.Model):
    """The reward policy by which the finance of ``county`` pays the award of a round: one for each county."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="awards")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    policy = models.OneToOneField(RewardPolicy, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        verbose_name = _("Award of a round")
        constraints = [models.UniqueConstraint(fields=["round", "county"], name="one_award_per_county")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="award_of_its_county",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM incentives_rewardpolicy p JOIN honours_round r ON r.id = NEW.round_id
                        WHERE p.id = NEW.policy_id AND p.unit_id = NEW.county_id AND r.award IS NOT NULL
                          AND r.state = 'named' AND starts_with(NEW.county_id, r.unit_id)
                    ) THEN
                        RAISE EXCEPTION 'the policy is of another county, or the round gives no award now'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.county_id}"
