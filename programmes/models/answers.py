"""What a programme asks beside the ordinary application."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.models.cycle import ProgrammeCycle
from programmes.models.lifecycle import only_while_open
from ratings.models import figure_field
from villages.models import Unit


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ProgrammeAnswer(models.Model):
    """One fact that the unit's ordinary application does not hold; ``item`` as in a facts file (formats §2).

    What the application holds is read there (``programmes.facts``): no fact is kept twice.
    """

    cycle = models.ForeignKey(ProgrammeCycle, on_delete=models.PROTECT, related_name="answers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=40)
    typed = models.CharField(max_length=40)
    value = figure_field()
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("Answer in a programme")
        constraints = [models.UniqueConstraint(fields=["cycle", "unit", "item"], name="one_programme_answer_per_item")]
        triggers = [
            only_while_open("answered_while_open", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.unit_id} {self.item}={self.typed}"
