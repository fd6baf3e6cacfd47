"""Requests for annual reports; loaded parts of the demonstration."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from records.jobs import Job
from records.models import StoredFile
from villages.models import Unit


class ReportRequest(Job):
    """An annual report requested by a person, who has seen the result by downloading it or reading the failure."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("Year"))
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Job.Meta):
        permissions = [("view_dashboard", "See the dashboard"), ("view_report", "Make the annual report")]
        constraints = [
            models.CheckConstraint(condition=Q(state="ready") ^ Q(file=None), name="report_ready_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.pk])


class DemonstrationStep(models.Model):
    """A loaded part of the demonstration: because of this row a server refuses to run without DEMO."""

    name = models.CharField(max_length=40, primary_key=True)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
