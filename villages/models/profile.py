"""Yearly figures of a unit, reported once."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from villages.models.unit import Unit


@pghistory.track()
class Profile(models.Model):
    """Figures of a unit for a year (人口, 户数) that rewards, funds and criteria look up; reported once."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="profiles")
    year = models.PositiveSmallIntegerField(_("Year"))
    population = models.PositiveIntegerField(_("Population"), null=True, blank=True)
    households = models.PositiveIntegerField(_("Households"), null=True, blank=True)
    income = models.DecimalField(
        _("Collective income (10,000 yuan)"), max_digits=12, decimal_places=2, null=True, blank=True
    )

    class Meta:
        default_permissions = ()
        permissions = [("report_profile", "Report yearly figures")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="one_profile_per_year"),
            models.CheckConstraint(
                condition=models.Q(income=None) | models.Q(income__gte=0), name="profile_income_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}"
