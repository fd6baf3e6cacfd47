"""A voucher with everything that was booked and paid: read for its page, its papers and its differences."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from incentives.models import BankPayment, Explanation, GrantLine, LedgerEntry, PayeeAccount, Payout, Voucher
from incentives.payees.accounts import is_readable, replaced_on, went_to
from incentives.reconciling.differences import Booked, Difference, Transfer, differences
from villages.models import Unit


@dataclass(frozen=True)
class VoucherLine:
    """A payment on a voucher. ``amount``: what is to be paid now, ``booked`` without what was corrected since.

    ``paid``: what the bank paid of it.
    """

    entry: LedgerEntry
    amount: Decimal
    account: PayeeAccount | None
    paid: Decimal = Decimal(0)

    @property
    def line(self) -> GrantLine:
        return self.entry.line

    @property
    def unit(self) -> Unit:
        """Who is paid: the successor where the unit was merged."""
        return self.line.passed_to or self.entry.unit

    @property
    def booked(self) -> Decimal:
        return self.entry.amount

    @property
    def due(self) -> Decimal:
        """What the bank has still to pay; below 0, what it paid too much."""
        return self.amount - self.paid

    @cached_property
    def payable(self) -> bool:
        """Whether it has an account, and its number can still be read (docs/operations.md)."""
        return self.account is not None and is_readable(self.account)

    @property
    def replaced(self) -> bool:
        """Whether its account is no longer the one of the unit that is paid: another is in force, or the unit has
        passed on."""
        account = self.account
        return account is not None and (account.state, account.unit_id) != (
            PayeeAccount.State.IN_FORCE,
            self.line.holder_id,
        )

    @property
    def takes_account(self) -> bool:
        """Whether the account in force may be put on it: it has none, or takes the rest after one that is replaced."""
        return self.amount > 0 and (self.account is None or (self.replaced and self.due > 0))


@dataclass(frozen=True)
class ListedLine(VoucherLine):
    """One that the bank is asked to pay."""

    account: PayeeAccount


def _right_until(
    account: PayeeAccount, now: PayeeAccount, dissolved: date | None, replaced: dict[int, date]
) -> date | None:
    """A unit that an order dissolved keeps its account: it is right until the order, else until the next one was."""
    if account == now:
        return None
    if dissolved:
        return dissolved - timedelta(days=1)
    return replaced.get(account.pk) or timezone.localdate(now.settled_at)


class VoucherState:
    """A handful of queries, whatever its length; read once."""

    def __init__(self, voucher: Voucher) -> None:
        self.voucher = voucher

    @cached_property
    def lines(self) -> list[VoucherLine]:
        along = ("unit", "reward__passed_to" if self.voucher.policy_id else "allocation__passed_to")
        left = F("amount") + Coalesce(Sum("corrections__amount"), 0, output_field=LedgerEntry._meta.get_field("amount"))
        entries = self.voucher.entries.select_related(*along).annotate(left=left)
        accounts = {one.entry_id: one.account for one in self.payouts}
        paid: dict[int | None, Decimal] = defaultdict(Decimal)
        for payment in self.payments:
            paid[payment.entry_id] += payment.amount
        return [VoucherLine(one, one.left, accounts.get(one.pk), paid[one.pk]) for one in entries]

    @cached_property
    def payouts(self) -> list[Payout]:
        """Every account that a payment was ever listed to; the last one of a payment counts now."""
        return list(self.voucher.payouts.select_related("account"))

    @cached_property
    def listed_to(self) -> dict[int, list[tuple[PayeeAccount, date | None]]]:
        """By payment, every account that it was ever listed to, with the last day on which that was right; none for
        the one that counts now."""
        now = {one.entry_id: one.account for one in self.payouts}
        earlier = [one.account for one in self.payouts if one.account != now[one.entry_id]]
        replaced = replaced_on(earlier)
        units = Unit.objects.filter(pk__in={account.unit_id for account in earlier})
        dissolved = dict(units.exclude(ended=None).values_list("pk", "ended"))
        found: dict[int, list[tuple[PayeeAccount, date | None]]] = defaultdict(list)
        for one in self.payouts:
            account = one.account
            until = _right_until(account, now[one.entry_id], dissolved.get(account.unit_id), replaced)
            found[one.entry_id].append((account, until))
        return found

    def went_right(self, payment: BankPayment) -> bool:
        """Whether the bank paid to an account that the payment was listed to and that was not replaced by then."""
        accounts = self.listed_to.get(payment.entry_id, []) if payment.entry_id else []
        return any(went_to(payment, account) for account, until in accounts if until is None or payment.on <= until)

    @property
    def total(self) -> Decimal:
        """What is to be paid now."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def booked(self) -> Decimal:
        """What was confirmed."""
        return sum((line.booked for line in self.lines), Decimal(0))

    @property
    def listed(self) -> list[ListedLine]:
        """What the bank is asked to pay: what it has not paid yet, to accounts that are in force."""
        return [
            ListedLine(line.entry, line.amount, line.account, line.paid)
            for line in self.lines
            if line.due > 0 and line.account and not line.replaced and line.payable
        ]

    @property
    def without_account(self) -> list[VoucherLine]:
        return [line for line in self.lines if line.due > 0 and not line.replaced and not line.payable]

    @property
    def replaced(self) -> list[VoucherLine]:
        """Not on the bank's list, because the account is no longer in force."""
        return [line for line in self.lines if line.due > 0 and line.replaced]

    @cached_property
    def payments(self) -> list[BankPayment]:
        """What the bank paid, by all statements that stand."""
        return list(payments_of(self.voucher))

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal(0))

    @cached_property
    def stated(self) -> bool:
        return self.voucher.statements.filter(withdrawn_at=None).exists()

    @cached_property
    def differences(self) -> list[Difference]:
        # What was paid had an account: its number is read (a decryption each) only of what was not.
        booked = [Booked(line.entry.pk, line.amount, bool(line.paid) or line.payable) for line in self.lines]
        return differences(booked, map(self._transfer, self.payments), stated=self.stated)

    def _transfer(self, payment: BankPayment) -> Transfer:
        """The account may have been taken up after the payment was imported."""
        right = payment.right_account or self.went_right(payment)
        return Transfer(payment.pk, payment.entry_id, payment.amount, payment.on, right, payment.reference)

    @cached_property
    def explanations(self) -> dict[str, Explanation]:
        """The last explanation of each difference, by its key."""
        return {one.difference: one for one in self.voucher.explanations.select_related("by").order_by("pk")}

    @property
    def unexplained(self) -> int:
        return sum(not one.settled and one.key not in self.explanations for one in self.differences)


def payments_of(voucher: Voucher) -> QuerySet[BankPayment]:
    return BankPayment.objects.filter(statement__voucher=voucher, statement__withdrawn_at=None).order_by("pk")
