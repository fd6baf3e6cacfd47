"""The grade of a unit in a programme's year."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programmes.models.cycle import ProgrammeCycle
from programmes.models.lifecycle import VIEW, CycleState, only_while_open
from villages.models import Unit, below_any


class ProgrammeResultQuerySet(models.QuerySet["ProgrammeResult"]):
    def seen_by(self, user: Any) -> ProgrammeResultQuerySet:
        """Those of the reader's places, once they are published."""
        return self.filter(below_any(user.reach(VIEW), "unit_id"), cycle__state=CycleState.PUBLISHED)


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class ProgrammeResult(models.Model):
    """``found``: what ``try_scheme`` says of the unit (formats §2). Without it something was missing: no grade.

    ``basis``: what it was judged by: ``facts`` (by item, the value and where it stood), ``tags``, ``vetoes`` (code and
    day). ``missing``: the items without a fact; ``sent``: whether the unit's application counted at all.
    """

    cycle = models.ForeignKey(ProgrammeCycle, on_delete=models.PROTECT, related_name="results")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    grade = models.PositiveSmallIntegerField(_("Grade"))
    total = models.DecimalField(_("Total"), max_digits=7, decimal_places=2, null=True)
    found = models.JSONField(null=True)
    basis = models.JSONField()
    missing = models.JSONField(default=list)
    sent = models.BooleanField(default=True)

    objects = ProgrammeResultQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Result in a programme")
        ordering = ["unit"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit"], name="one_programme_result_per_unit"),
            models.CheckConstraint(
                condition=Q(found__isnull=False, total__isnull=False) | Q(found=None, total=None, grade=0),
                name="programme_grade_has_points",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="programme_result_stays", operation=pgtrigger.Update),
            only_while_open("written_with_its_confirmation", pgtrigger.Insert | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.unit_id} {self.grade}"
