"""The ledger: append-only entries, from which a trigger keeps the totals of lines and sources (formats §4).

The trigger runs once per statement. It updates the source's totals first, so that concurrent payments from one source
wait for its row lock; its constraint (budget ≥ committed ≥ disbursed ≥ 0) and the line's check the newest totals.
"""

from __future__ import annotations

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Sum, When
from django.utils.translation import gettext_lazy as _

from incentives.models.fund import Allocation
from incentives.models.policy import Reward, RewardPolicy
from incentives.models.source import GrantLine, GrantLineQuerySet, Source, money
from villages.models import Unit

User = settings.AUTH_USER_MODEL

# The net effect of entries on the two totals, for rows named "n".
EFFECT = """
    SUM(CASE n.kind WHEN 'commit' THEN n.amount WHEN 'clawback' THEN -n.amount ELSE 0 END) AS committed,
    SUM(CASE n.kind WHEN 'disburse' THEN n.amount WHEN 'clawback' THEN -n.amount ELSE 0 END) AS disbursed
"""

BOOK = """
    UPDATE {source} s SET committed = s.committed + e.committed, disbursed = s.disbursed + e.disbursed
      FROM (SELECT l.{owner}, {effect} FROM new_entries n JOIN {line} l ON l.id = n.{ref} GROUP BY 1) e
     WHERE s.id = e.{owner};
    UPDATE {line} l SET committed = l.committed + e.committed, disbursed = l.disbursed + e.disbursed
      FROM (SELECT n.{ref}, {effect} FROM new_entries n WHERE n.{ref} IS NOT NULL GROUP BY 1) e
     WHERE l.id = e.{ref};
    IF EXISTS (SELECT 1 FROM new_entries n JOIN {line} l ON l.id = n.{ref} JOIN {source} s ON s.id = l.{owner}
                WHERE s.state <> 'effective' OR n.unit_id <> l.unit_id
                   OR (l.frozen AND n.kind = 'disburse' AND n.amount > 0)) THEN
        RAISE EXCEPTION 'the source is not effective, the line is frozen, or it is not of that unit'
              USING ERRCODE = 'restrict_violation';
    END IF;
"""

CORRECTIONS = """
    IF EXISTS (SELECT 1 FROM new_entries n JOIN incentives_ledgerentry c ON c.id = n.corrects_id
                WHERE c.kind <> n.kind OR c.corrects_id IS NOT NULL
                   OR (c.reward_id, c.allocation_id) IS DISTINCT FROM (n.reward_id, n.allocation_id)
                   OR c.amount < (SELECT -SUM(o.amount) FROM incentives_ledgerentry o WHERE o.corrects_id = c.id)) THEN
        RAISE EXCEPTION 'a correction goes against one entry of the same kind and line, and not beyond it'
              USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
"""


def _book(source: str, owner: str, line: str, ref: str) -> str:
    return BOOK.format(source=source, owner=owner, line=line, ref=ref, effect=EFFECT)


class OfLine(models.Model):
    """Belongs to exactly one line: a reward or an allocation."""

    reward = models.ForeignKey(Reward, null=True, on_delete=models.PROTECT, related_name="%(class)s_set")
    allocation = models.ForeignKey(Allocation, null=True, on_delete=models.PROTECT, related_name="%(class)s_set")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(reward__isnull=False) ^ Q(allocation__isnull=False), name="%(class)s_of_one_line"
            )
        ]

    @property
    def line(self) -> GrantLine:
        return self.reward or self.allocation


def lines_of(kind: type[Source]) -> GrantLineQuerySet:
    """Every line of every policy, or of every fund."""
    return (Reward if issubclass(kind, RewardPolicy) else Allocation).objects.all()


class Total(models.TextChoices):
    """The running totals of a line and of its policy or fund (``EFFECT``)."""

    COMMITTED = "committed", _("Committed")
    DISBURSED = "disbursed", _("Disbursed")


NET = Case(When(kind="clawback", then=-F("amount")), default=F("amount"))
"""What an entry adds to the totals that it is ``behind``; corrections have their sign already. ``EFFECT`` in SQL."""


class LedgerQuerySet(models.QuerySet):
    def of(self, source: Source) -> LedgerQuerySet:
        """The ledger of one policy or fund."""
        return self.filter(**{"reward__policy" if isinstance(source, RewardPolicy) else "allocation__fund": source})

    def behind(self, total: str) -> LedgerQuerySet:
        """The entries that make up one of the totals; a clawback counts against both."""
        kind = {Total.COMMITTED: LedgerEntry.Kind.COMMIT, Total.DISBURSED: LedgerEntry.Kind.DISBURSE}[Total(total)]
        return self.filter(kind__in=[kind, LedgerEntry.Kind.CLAWBACK])

    def net(self) -> Decimal:
        """The sum of these entries of one total, net of what was clawed back and corrected."""
        return self.order_by().aggregate(net=Sum(NET, default=Decimal(0)))["net"]


@pghistory.track(pghistory.InsertEvent())
class LedgerEntry(OfLine):
    """Money committed, paid, or taken back, in yuan. A correction is an entry of the same kind with the opposite sign.

    ``key`` is an idempotency key: the same step on the same line is refused a second time.
    """

    class Kind(models.TextChoices):
        COMMIT = "commit", _("Committed")
        DISBURSE = "disburse", _("Disbursed")
        CLAWBACK = "clawback", _("Clawed back")

    kind = models.CharField(_("Kind"), max_length=10, choices=Kind)
    amount = money(_("Amount"))
    key = models.CharField(max_length=64)
    document = models.CharField(_("Document"), max_length=100, blank=True)
    reason = models.TextField(_("Reason"), blank=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("Time"))

    objects = LedgerQuerySet.as_manager()

    class Meta(OfLine.Meta):
        ordering = ["-id"]
        constraints = [
            *OfLine.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0, corrects=None) | Q(amount__lt=0, corrects__isnull=False),
                name="only_a_correction_goes_the_other_way",
            ),
            models.CheckConstraint(condition=Q(kind__in=["commit", "disburse", "clawback"]), name="entry_kind_known"),
            models.UniqueConstraint(
                fields=["reward", "kind", "key"], condition=Q(reward__isnull=False), name="reward_entry_once"
            ),
            models.UniqueConstraint(
                fields=["allocation", "kind", "key"],
                condition=Q(allocation__isnull=False),
                name="allocation_entry_once",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="entry_by_unit")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="book",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_entries"),
                func=_book("incentives_rewardpolicy", "policy_id", "incentives_reward", "reward_id")
                + _book("incentives_projectfund", "fund_id", "incentives_allocation", "allocation_id")
                + CORRECTIONS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.unit_id}"
