"""A department's project fund (项目资金) and its allocation over the units that hold its minimum star."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incentives.models.source import (
    AllConditions,
    GrantLine,
    RewardFigure,
    Source,
    frozen_with,
    line_triggers,
    money,
    source_triggers,
)
from villages.models import Unit


@pghistory.track()
class ProjectFund(Source):
    """A unit's weight is its star's weight, times its profile figure where the fund goes by need (``need``). A project
    names its units with their sums instead (``planned``).

    ``at_least`` … ``at_most`` are limits per unit, in yuan (absent: 0 and the whole budget).
    """

    MANAGE = "incentives.manage_fund"
    PAGE = "fund"
    LIST = "funds"
    LINE = "allocation"

    department = models.CharField(_("Department"), max_length=50)
    min_star = models.PositiveSmallIntegerField(_("Minimum star"))
    need = models.CharField(_("Weighted by need"), max_length=10, choices=RewardFigure, blank=True)
    at_least = money(_("At least, per unit"), null=True, blank=True)
    at_most = money(_("At most, per unit"), null=True, blank=True)

    class Meta(Source.Meta):
        permissions = [
            ("manage_fund", "Write and allocate project funds"),
            ("disburse", "Disburse and claim back"),
        ]
        constraints = [
            *Source.Meta.constraints,
            models.CheckConstraint(
                condition=Q(written_by="") | Q(written_by=F("department")), name="fund_of_the_department_that_writes_it"
            ),
            models.CheckConstraint(condition=Q(at_least=None) | Q(at_least__gte=0), name="fund_least_not_negative"),
            models.CheckConstraint(
                condition=Q(at_most=None) | Q(at_least=None, at_most__gte=0) | Q(at_most__gte=F("at_least")),
                name="fund_limits_in_order",
            ),
        ]
        triggers = [
            *source_triggers("min_star", "need", "at_least", "at_most"),
            pgtrigger.Protect(
                name="department_passes_with_its_writer",
                operation=pgtrigger.Update,
                condition=AllConditions(
                    ~pgtrigger.Q(old__state="draft"),
                    pgtrigger.AnyChange("department"),
                    pgtrigger.AnyDontChange("written_by"),
                ),
            ),
        ]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class StarWeight(models.Model):
    fund = models.ForeignKey(ProjectFund, on_delete=models.CASCADE, related_name="weights")
    star = models.PositiveSmallIntegerField(_("Star"))
    weight = models.DecimalField(_("Weight"), max_digits=8, decimal_places=4)

    class Meta:
        default_permissions = ()
        ordering = ["fund", "-star"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "star"], name="one_weight_per_star"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="star_weight_positive"),
        ]
        triggers = [frozen_with("incentives_projectfund", "fund_id")]

    def __str__(self) -> str:
        return f"{self.star}: {self.weight}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PlannedSum(models.Model):
    """What a project plans for one unit: it gets that if it holds the minimum star on the reckoning day."""

    fund = models.ForeignKey(ProjectFund, on_delete=models.CASCADE, related_name="planned")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount = money(_("Planned sum"))

    class Meta:
        default_permissions = ()
        ordering = ["fund", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "unit"], name="one_planned_sum_per_unit"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="planned_sum_positive"),
        ]
        triggers = [
            frozen_with("incentives_projectfund", "fund_id"),
            pgtrigger.Trigger(
                name="planned_in_its_county",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM incentives_projectfund f
                        WHERE f.id = NEW.fund_id AND starts_with(NEW.unit_id, f.unit_id)
                    ) THEN
                        RAISE EXCEPTION 'the unit is in another county' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.amount}"


@pghistory.track()
class Allocation(GrantLine):
    """``weight`` as it was calculated: star weight × need."""

    GRANTED_BY = "fund"

    fund = models.ForeignKey(ProjectFund, on_delete=models.PROTECT, related_name="lines")
    weight = models.DecimalField(_("Weight"), max_digits=20, decimal_places=4)

    class Meta(GrantLine.Meta):
        constraints = [
            *GrantLine.Meta.constraints,
            models.UniqueConstraint(fields=["fund", "unit"], name="one_allocation_per_unit"),
        ]
        triggers = line_triggers("fund")
