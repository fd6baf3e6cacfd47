"""How many working days a city or county gives for a step."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Unit

LEAST, MOST = 1, 60


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TimeLimit(models.Model):
    """``step``: a key of ``followups.time_limits``. The nearest unit at or above counts; without any, the default."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(_("Step"), max_length=24)
    days = models.PositiveSmallIntegerField(_("Working days"))

    class Meta:
        default_permissions = ()
        verbose_name = _("Time limit")
        constraints = [
            models.UniqueConstraint(fields=["unit", "step"], name="one_time_limit_per_unit_and_step"),
            models.CheckConstraint(condition=Q(days__range=(LEAST, MOST)), name="time_limit_within_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.step} {self.days}"
