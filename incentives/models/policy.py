"""A county's reward policy of a year (奖励): a table of star × band of a reported figure, and the rewards it gives."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incentives.models.source import GrantLine, RewardFigure, Source, frozen_with, line_triggers, money, source_triggers


@pghistory.track()
class RewardPolicy(Source):
    """``clawback`` is the rule for what is claimed back when a unit's star falls inside the period."""

    MANAGE = "incentives.manage_policy"
    PAGE = "policy"
    LIST = "policies"
    LINE = "reward"

    class Clawback(models.TextChoices):
        NONE = "none", _("Nothing is claimed back")
        DIFFERENCE = "difference", _("The difference to the lower star")
        PRO_RATA = "pro_rata", _("By the days each star was held")

    figure = models.CharField(_("Bands of"), max_length=10, choices=RewardFigure, default=RewardFigure.POPULATION)
    coefficient = models.DecimalField(_("Coefficient"), max_digits=7, decimal_places=4, default=1)
    clawback = models.CharField(_("When the star falls"), max_length=10, choices=Clawback, default=Clawback.NONE)

    class Meta(Source.Meta):
        permissions = [
            ("view_incentive", "See policies, funds and their ledger"),
            ("manage_policy", "Write reward policies"),
            ("write_own", "Write the policies and funds of one's own department"),
            ("give_opinion", "Give the leading-group office's opinion and file"),
        ]
        constraints = [
            *Source.Meta.constraints,
            models.CheckConstraint(condition=Q(coefficient__gt=0), name="policy_coefficient_positive"),
        ]
        triggers = source_triggers("figure", "coefficient", "clawback")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class RewardBand(models.Model):
    """A unit of ``star`` whose figure lies in ``band`` (half-open, [from, to)) gets ``amount`` × coefficient."""

    policy = models.ForeignKey(RewardPolicy, on_delete=models.CASCADE, related_name="bands")
    star = models.PositiveSmallIntegerField(_("Star"))
    band = IntegerRangeField(_("Band"))
    amount = money(_("Amount"))

    class Meta:
        default_permissions = ()
        ordering = ["policy", "-star", "band"]
        constraints = [
            ExclusionConstraint(
                name="bands_of_a_star_do_not_overlap",
                expressions=[
                    ("policy", RangeOperators.EQUAL),
                    ("star", RangeOperators.EQUAL),
                    ("band", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(band__isempty=False, band__startswith__gte=0), name="band_is_from_zero_upwards"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="band_amount_not_negative"),
        ]
        triggers = [frozen_with("incentives_rewardpolicy", "policy_id")]

    def __str__(self) -> str:
        return f"{self.star} {self.band} {self.amount}"

    @property
    def words(self) -> str:
        """The band in words: its last figure is one below its end."""
        if self.band.upper is None:
            return gettext("%(first)s and more") % {"first": self.band.lower}
        return gettext("%(first)s to %(last)s") % {"first": self.band.lower, "last": self.band.upper - 1}


@pghistory.track()
class Reward(GrantLine):
    GRANTED_BY = "policy"

    policy = models.ForeignKey(RewardPolicy, on_delete=models.PROTECT, related_name="lines")

    class Meta(GrantLine.Meta):
        constraints = [
            *GrantLine.Meta.constraints,
            models.UniqueConstraint(fields=["policy", "unit"], name="one_reward_per_unit"),
        ]
        triggers = line_triggers("policy")
