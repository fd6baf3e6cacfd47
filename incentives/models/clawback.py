"""A proposed clawback (追回) after a star has fallen: money already paid changes only by proposal."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incentives.models.ledger import OfLine
from incentives.models.source import money
from records.lifecycle import Group

User = settings.AUTH_USER_MODEL


@pghistory.track()
class Clawback(OfLine):
    """``amount`` of what was paid is claimed back, ``released`` of what was not paid is no longer committed (yuan).

    While open it follows the register; it lapses when the star is no longer lower. Once settled it does not change.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "Open")
        CONFIRMED = "confirmed", pgettext_lazy("proposal", "Confirmed")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("No longer needed")

        NOT_CLAIMED = Group(OPEN, DECLINED)
        """What a new fall of the star is measured against."""

    star = models.PositiveSmallIntegerField(_("Fallen to star"))
    amount = money(_("Amount to claim back"))
    released = money(_("Amount no longer promised"))
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.OPEN)
    proposed_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason"), blank=True)

    class Meta(OfLine.Meta):
        ordering = ["-id"]
        constraints = [
            *OfLine.Meta.constraints,
            models.UniqueConstraint(fields=["reward"], condition=Q(state="open"), name="one_open_clawback_per_reward"),
            models.UniqueConstraint(
                fields=["allocation"], condition=Q(state="open"), name="one_open_clawback_per_allocation"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, released__gte=0), name="clawback_not_negative"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="clawback_settled_has_time",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="clawback_states",
                field="state",
                transitions=[("open", "confirmed"), ("open", "declined"), ("open", "lapsed")],
            ),
            pgtrigger.Protect(
                name="settled_clawback_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.amount}"
