"""The joint department check (部门联审): what departments know about candidates for county stars (practice §3)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ratings.models import Application, Cycle
from villages.models import Unit

User = settings.AUTH_USER_MODEL


def _append_only() -> list[pgtrigger.Trigger]:
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


@pghistory.track()
class DepartmentCheck(models.Model):
    """A list of candidates submitted to every department that the scheme names, to be answered by ``due``."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="checks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="checks")
    due = models.DateTimeField(_("To be answered until"))
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        permissions = [
            ("open_check", "Open joint department checks"),
            ("answer_check", "Answer joint department checks"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.unit} {self.opened_at:%Y-%m-%d}"


class Candidate(models.Model):
    """An application on a list; on one list only."""

    of = models.ForeignKey(DepartmentCheck, on_delete=models.PROTECT, related_name="candidates")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="candidacy")

    class Meta:
        default_permissions = ()
        ordering = ["application__unit"]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.of_id} {self.application_id}"


@pghistory.track(pghistory.InsertEvent())
class DepartmentAnswer(models.Model):
    """A department's signed answer for the whole list; one that ``corrects`` an earlier one replaces it."""

    of = models.ForeignKey(DepartmentCheck, on_delete=models.PROTECT, related_name="answers")
    department = models.CharField(_("Department"), max_length=60)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    reason = models.TextField(_("Reason"), blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["of", "department"], condition=Q(corrects=None), name="one_first_answer_per_department"
            ),
            models.CheckConstraint(condition=Q(corrects=None) ^ ~Q(reason=""), name="correction_has_reason"),
        ]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.of_id} {self.department}"


class Finding(models.Model):
    """A veto item that an answer names for one candidate."""

    answer = models.ForeignKey(DepartmentAnswer, on_delete=models.PROTECT, related_name="findings")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="findings")
    veto = models.CharField(_("Veto item"), max_length=20)
    on = models.DateField(_("Met on"))
    document = models.CharField(_("Document"), max_length=200)

    class Meta:
        default_permissions = ()
        ordering = ["application__unit", "id"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "application", "veto", "on"], name="finding_once"),
        ]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.application_id} {self.veto} {self.on}"


@pghistory.track(pghistory.InsertEvent())
class Lapse(models.Model):
    """The office's note that a department has missed the deadline; its answer is then no longer waited for."""

    of = models.ForeignKey(DepartmentCheck, on_delete=models.PROTECT, related_name="lapses")
    department = models.CharField(_("Department"), max_length=60)
    note = models.TextField(_("Note"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["of", "department"], name="one_lapse_per_department")]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.of_id} {self.department}"
