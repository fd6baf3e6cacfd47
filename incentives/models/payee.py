"""The account to which a unit is paid: proposed by one person, confirmed by another, its number encrypted at rest."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.authority import where_held
from records.encryption import encrypted_text
from records.lifecycle import Group
from villages.models import Unit

User = settings.AUTH_USER_MODEL
PROPOSE, CONFIRM = "incentives.propose_payee", "incentives.confirm_payee"
MASK = "•••• "


class PayeeAccountQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> PayeeAccountQuerySet:
        """Accounts of the units for which ``user`` may propose or confirm one."""
        return self.filter(where_held(user, PROPOSE) | where_held(user, CONFIRM))


@pghistory.track()
class PayeeAccount(models.Model):
    """An account of ``unit``. Only its last digits are ever shown; whoever confirms it types the number again.

    At most one is in force for a unit, and at most one waits to be confirmed. What was proposed does not change.
    """

    PURPOSE = "payee account"
    """Of the key under which numbers are encrypted."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits to be confirmed")
        IN_FORCE = "in_force", pgettext_lazy("account", "In force")
        DECLINED = "declined", pgettext_lazy("account", "Declined")
        REPLACED = "replaced", _("Replaced by a later one")

        CONFIRMED = Group(IN_FORCE, REPLACED)

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    holder = models.CharField(_("Account holder"), max_length=100)
    bank = models.CharField(_("Bank and branch"), max_length=100)
    number_encrypted = models.TextField(_("Account number"))
    tail = models.CharField(_("Last digits of the account"), max_length=4)
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason"), blank=True)

    number = encrypted_text("number_encrypted", purpose=PURPOSE)
    objects = PayeeAccountQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("propose_payee", "Propose payee accounts of units"),
            ("confirm_payee", "Confirm payee accounts that others proposed"),
        ]
        ordering = ["unit", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(state="in_force"), name="one_payee_account_in_force"),
            models.UniqueConstraint(fields=["unit"], condition=Q(state="proposed"), name="one_payee_account_proposed"),
            models.CheckConstraint(
                condition=Q(state="proposed", settled_by=None, settled_at=None)
                | (~Q(state="proposed") & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="payee_account_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "replaced"]) | ~Q(settled_by=F("proposed_by")),
                name="payee_account_confirmed_by_another",
            ),
            models.CheckConstraint(condition=~Q(state="declined", reason=""), name="payee_account_declined_why"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="payee_account_states",
                field="state",
                transitions=[("proposed", "in_force"), ("proposed", "declined"), ("in_force", "replaced")],
            ),
            pgtrigger.Protect(
                name="payee_account_begins_proposed",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="proposed"),
            ),
            pgtrigger.ReadOnly(
                name="what_was_proposed_stays",
                fields=["unit", "holder", "bank", "number_encrypted", "tail", "proposed_by", "proposed_at"],
            ),
            pgtrigger.Protect(
                name="settled_payee_account_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__settled_by__isnull=False)
                & (
                    pgtrigger.Q(old__settled_by__df=pgtrigger.F("new__settled_by"))
                    | pgtrigger.Q(old__settled_at__df=pgtrigger.F("new__settled_at"))
                ),
            ),
            pgtrigger.Protect(name="payee_account_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.masked}"

    @property
    def masked(self) -> str:
        return MASK + self.tail
