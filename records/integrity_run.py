"""An integrity check requested by an auditor and run in the background (``accounts/integrity_run.py``)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from records.jobs import Job


class IntegrityRun(Job):
    """``head`` is an exported head that must be on the chain ("" for none); ``sealed`` the head found, as text.

    ``found`` lists the first faults as [check, row, expected, found], ``faults`` counts them all.
    """

    head = models.CharField(_("Exported head"), max_length=200, blank=True)
    sealed = models.CharField(max_length=200, blank=True)
    faults = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d} {self.state}"
