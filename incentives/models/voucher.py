"""A voucher (拨付凭证): one confirmed instalment, to which account each payment goes, and what the bank really paid."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.authority import where_held
from incentives.models.fund import ProjectFund
from incentives.models.ledger import LedgerEntry, LedgerQuerySet
from incentives.models.payee import MASK, PayeeAccount
from incentives.models.policy import RewardPolicy
from incentives.models.source import Source, money
from records.encryption import encrypted_text
from villages.models import Unit

User = settings.AUTH_USER_MODEL


class VoucherQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> VoucherQuerySet:
        return self.filter(where_held(user, "incentives.disburse"))

    def of(self, source: Source) -> VoucherQuerySet:
        return self.filter(**{source.PAGE: source})

    def numbered(self, number: str, county: str, year: int) -> VoucherQuerySet:
        """The one of this number: a county uses a number once a year."""
        return self.filter(document=number, unit=county, at__year=year)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Voucher(models.Model):
    """The payments that one confirmation booked in the ledger of a policy or fund, under one ``key``.

    ``listed_at``: when the bank's list was last taken, and by whom. ``unexplained``: how many differences from what the
    bank paid have no explanation yet; none before its first statement. Both follow from other steps.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("County"))
    policy = models.ForeignKey(RewardPolicy, null=True, on_delete=models.PROTECT, related_name="vouchers")
    fund = models.ForeignKey(ProjectFund, null=True, on_delete=models.PROTECT, related_name="vouchers")
    key = models.CharField(max_length=64)
    document = models.CharField(_("Voucher number"), max_length=100)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("Time"))
    listed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Bank's list taken by")
    )
    listed_at = models.DateTimeField(_("Bank's list taken at"), null=True)
    unexplained = models.PositiveIntegerField(_("Differences without an explanation"), null=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(policy__isnull=False) ^ Q(fund__isnull=False), name="voucher_of_one_source"
            ),
            models.UniqueConstraint(
                fields=["policy", "key"], condition=Q(policy__isnull=False), name="voucher_of_policy_once"
            ),
            models.UniqueConstraint(
                fields=["fund", "key"], condition=Q(fund__isnull=False), name="voucher_of_fund_once"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="voucher_stays", fields=["unit", "policy", "fund", "key", "document", "by", "at"]),
            pgtrigger.Protect(name="voucher_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(  # no unique constraint: those kept from before may share a number
                name="voucher_number_once_a_year",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("year", "text")],
                func="""
                    PERFORM FROM villages_unit WHERE code = NEW.unit_id FOR NO KEY UPDATE;
                    year := to_char(NEW.at AT TIME ZONE 'Asia/Shanghai', 'YYYY');
                    IF EXISTS (SELECT FROM incentives_voucher v
                                WHERE v.unit_id = NEW.unit_id AND v.document = NEW.document
                                  AND to_char(v.at AT TIME ZONE 'Asia/Shanghai', 'YYYY') = year) THEN
                        RAISE EXCEPTION 'this voucher number is used already in the county and year'
                              USING ERRCODE = 'unique_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.document

    def get_absolute_url(self) -> str:
        return reverse("voucher", args=[self.pk])

    @property
    def source(self) -> Source:
        return self.policy or self.fund

    @property
    def entries(self) -> LedgerQuerySet:
        """The payments themselves, without corrections of them."""
        paid = LedgerEntry.objects.of(self.source).filter(kind=LedgerEntry.Kind.DISBURSE, key=self.key, corrects=None)
        return paid.order_by("unit_id", "pk")


@pghistory.track(pghistory.InsertEvent())
class Payout(models.Model):
    """The account to which a payment goes: the one in force when it was put on the bank's list.

    When that account is replaced while something is still to be paid, the payment gets another payout: the latest
    counts, and takes the rest.
    """

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="payouts")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="payouts")
    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "account"], name="payout_to_an_account_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="account_in_force_of_the_unit_paid",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM incentives_payeeaccount a, incentives_voucher v, incentives_ledgerentry e
                          LEFT JOIN incentives_reward r ON r.id = e.reward_id
                          LEFT JOIN incentives_allocation l ON l.id = e.allocation_id
                         WHERE a.id = NEW.account_id AND e.id = NEW.entry_id AND a.state = 'in_force'
                           AND e.kind = 'disburse' AND e.corrects_id IS NULL
                           AND v.id = NEW.voucher_id AND v.key = e.key
                           AND (v.policy_id = r.policy_id OR v.fund_id = l.fund_id)
                           AND a.unit_id = COALESCE(r.passed_to_id, l.passed_to_id, e.unit_id)) THEN
                        RAISE EXCEPTION 'a payment of the voucher goes to the account in force of the unit that is paid'
                              USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="another_payout_takes_the_rest",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("due", "numeric")],
                func="""
                    PERFORM FROM incentives_voucher WHERE id = NEW.voucher_id FOR UPDATE;
                    IF NOT EXISTS (SELECT FROM incentives_payout WHERE entry_id = NEW.entry_id) THEN
                        RETURN NEW;
                    END IF;
                    SELECT SUM(amount) INTO due FROM incentives_ledgerentry
                     WHERE id = NEW.entry_id OR corrects_id = NEW.entry_id;
                    IF due <= (
                        SELECT COALESCE(SUM(p.amount), 0) FROM incentives_bankpayment p
                          JOIN incentives_bankstatement s ON s.id = p.statement_id AND s.withdrawn_at IS NULL
                         WHERE p.entry_id = NEW.entry_id) THEN
                        RAISE EXCEPTION 'nothing is left to be paid to another account'
                              USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.account_id}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class BankStatement(models.Model):
    """One imported sheet of what the bank paid under a voucher. One that was imported by mistake is withdrawn."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="statements")
    name = models.CharField(_("File name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("Time"))
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason"), blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["voucher", "sha256"], condition=Q(withdrawn_at=None), name="bank_statement_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(reason="")),
                name="bank_statement_withdrawn_why",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="statement_stays", fields=["voucher", "name", "sha256", "by", "at"]),
            pgtrigger.Protect(
                name="withdrawn_statement_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
            pgtrigger.Protect(name="statement_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent())
class BankPayment(models.Model):
    """One line of a statement. ``entry``: the payment that it belongs to, none where its unit was not to be paid.

    ``right_account``: whether it went to an account on the bank's list, as known when it was imported.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="payments")
    row = models.PositiveIntegerField(_("Row"))
    code = models.CharField(_("Division code"), max_length=20, blank=True)
    number_encrypted = models.TextField(_("Account number"))
    tail = models.CharField(_("Last digits of the account"), max_length=4)
    amount = money(_("Amount"))
    on = models.DateField(_("Paid on"))
    reference = models.CharField(_("Bank's reference"), max_length=100, blank=True)
    entry = models.ForeignKey(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="bank_payments")
    right_account = models.BooleanField(_("To the account on the list"))

    number = encrypted_text("number_encrypted", purpose=PayeeAccount.PURPOSE)

    class Meta:
        default_permissions = ()
        ordering = ["statement", "row"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "row"], name="bank_payment_row_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_payment_positive"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.code} {self.amount}"

    @property
    def masked(self) -> str:
        return MASK + self.tail


@pghistory.track(pghistory.InsertEvent())
class Explanation(models.Model):
    """Why what the bank paid differs from what was booked. It explains one difference as it was: another sum needs
    another explanation."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="explanations")
    difference = models.CharField(_("Difference"), max_length=200)
    text = models.TextField(_("Explanation"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("Time"))

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="explanation_says_something")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.difference
