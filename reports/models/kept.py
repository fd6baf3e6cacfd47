"""Requests for annual reports; thresholds of warnings; kept counts; loaded parts of the demonstration."""

from functools import reduce
from operator import or_

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.jobs import Job
from records.models import StoredFile
from reports.leads.models import Lead, LeadLimit, LeadNote
from reports.thresholds import RULES, THRESHOLDS
from villages.models import Unit

__all__ = [
    "DemonstrationStep",
    "KeptStanding",
    "Lead",
    "LeadLimit",
    "LeadNote",
    "ReportRequest",
    "TilePosition",
    "WarningThreshold",
]


class ReportRequest(Job):
    """An annual report requested by a person, who has seen the result by downloading it or reading the failure.

    ``file`` is the workbook, ``words`` the written report (none with reports made before there was one).
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("Year"))
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Job.Meta):
        permissions = [("view_dashboard", "See the dashboard"), ("view_report", "Make the annual report")]
        constraints = [
            models.CheckConstraint(condition=Q(state="ready") ^ Q(file=None), name="report_ready_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.pk])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class WarningThreshold(models.Model):
    """What a city or county has set for a rule of warnings: a ``value``, and whether it is ``active``.

    Where nothing is set the level above counts, at last the default: the rule is active.
    """

    SET = "reports.set_thresholds"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    rule = models.CharField(_("Rule"), max_length=4)
    value = models.PositiveSmallIntegerField(_("Value"), null=True)
    active = models.BooleanField(_("Active"), null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        permissions = [("set_thresholds", "Set the thresholds of warnings")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "rule"], name="one_threshold_per_rule"),
            models.CheckConstraint(
                condition=reduce(
                    or_,
                    (Q(rule=rule, value__range=(one.least, one.most)) for rule, one in THRESHOLDS.items()),
                    Q(rule__in=RULES, value=None, active__isnull=False),
                ),
                name="threshold_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.rule} {self.value}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TilePosition(models.Model):
    """Where an office has put a place on the map of tiles; without a row ``fixtures/tiles.csv`` says."""

    MOST = 8

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="tile")
    row = models.PositiveSmallIntegerField(_("Row on the map"))
    column = models.PositiveSmallIntegerField(_("Column on the map"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Moved by")
    )
    placed_at = models.DateTimeField(_("Moved at"), default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("Position on the map")
        constraints = [
            # One range each: two in one condition read differently after a restore.
            models.CheckConstraint(condition=Q(row__range=(1, 8)), name="tile_row_on_the_map"),
            models.CheckConstraint(condition=Q(column__range=(1, 8)), name="tile_column_on_the_map"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.row}/{self.column}"


class KeptStanding(models.Model):
    """How many villages in ``place`` (a city of the province ``over``) stand alike, as counted last
    (``reports.rollups``)."""

    over = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=12)
    star = models.PositiveSmallIntegerField(null=True)
    then = models.PositiveSmallIntegerField(null=True)
    stage = models.CharField(max_length=12)
    returned = models.BooleanField()
    flagged = models.BooleanField()
    units = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["over", "place", "pk"]

    def __str__(self) -> str:
        return f"{self.place} {self.star} {self.stage}: {self.units}"


class DemonstrationStep(models.Model):
    """A loaded part of the demonstration: because of this row a server refuses to run without DEMO."""

    name = models.CharField(max_length=40, primary_key=True)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
