"""What a programme asks beside the ordinary application."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.models.cycle import ProgrammeCycle
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
            pgtrigger.Trigger(
                name="answered_while_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM programmes_programmecycle c
                        WHERE c.id = COALESCE(NEW.cycle_id, OLD.cycle_id) AND c.state = 'open'
                    ) THEN
                        RAISE EXCEPTION 'the results are confirmed: the answers stay'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.unit_id} {self.item}={self.typed}"
