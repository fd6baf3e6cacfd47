"""What the readers of the audit trail leave in it: their exports, and which changes of appointments they have seen."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.models import Unit

LONGEST_REASON = 200


@pghistory.track(pghistory.InsertEvent())
class TrailExport(models.Model):
    """The audit trail, or a part of it, taken away as a workbook: by whom, what was asked for, how many rows.

    ``unit``: where the reader holds the office.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    filter = models.CharField(_("Filter"), max_length=500, blank=True)
    rows = models.PositiveIntegerField(_("Rows"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="trail_export_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.by} {self.at} {self.rows}"


@pghistory.track(pghistory.InsertEvent())
class AppointmentReview(models.Model):
    """A reader's note on ``changes`` changes of appointments that were looked through together."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    reason = models.CharField(_("Reason"), max_length=LONGEST_REASON)
    changes = models.PositiveIntegerField(_("Changes seen"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="appointment_review_says_why"),
            models.CheckConstraint(condition=models.Q(changes__gt=0), name="appointment_review_of_something"),
        ]
        triggers = [pgtrigger.Protect(name="appointment_review_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.by} {self.at} {self.changes}"


class SeenAppointmentChange(models.Model):
    """A row of the history of appointments that was seen; once, whoever reads it."""

    change = models.OneToOneField(
        "accounts.AppointmentEvent", primary_key=True, on_delete=models.PROTECT, related_name="seen"
    )
    review = models.ForeignKey(AppointmentReview, on_delete=models.PROTECT, related_name="seen")

    class Meta:
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="seen_change_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.review_id} {self.change_id}"
