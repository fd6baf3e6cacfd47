"""Long work that runs in the background and ends as a to-do "ready" or "failed, because" (design §7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from records.models import StoredFile
from villages.models import Unit


class ReportRequest(models.Model):
    """An annual report asked for by a person; ``progress`` in per cent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("Year"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="When the person fetched it, or read why it failed")

    class Meta:
        default_permissions = ()
        permissions = [("view_dashboard", "See the dashboard"), ("view_report", "Make the annual report")]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state="ready") ^ Q(file=None), name="report_ready_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.pk])


class DemonstrationStep(models.Model):
    """A part of the demonstration that was loaded: by this row a server knows that it must not run without DEMO."""

    name = models.CharField(max_length=40, primary_key=True)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
