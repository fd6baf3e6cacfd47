"""A check of everything kept, asked for by an auditor and made in the background (``accounts/proving.py``)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Verification(models.Model):
    """``head`` is an exported head that must lie on the chain ("" for none); ``sealed`` the head found, as text.

    ``found`` lists the first faults as [check, row, expected, found], ``faults`` counts them all; ``progress`` in per
    cent.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("check of everything", "Waiting")
        RUNNING = "running", pgettext_lazy("check of everything", "Running")
        READY = "ready", pgettext_lazy("check of everything", "Done")
        FAILED = "failed", pgettext_lazy("check of everything", "Failed")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    head = models.CharField(_("Exported head"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    sealed = models.CharField(max_length=200, blank=True)
    faults = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d} {self.state}"
