"""The differences of a voucher as one reader sees them: one row for each finding, differences first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incentives.models import BankPayment, Explanation, Voucher
from incentives.reconciling.differences import Difference, DifferenceKind
from incentives.reconciling.statement import VoucherLine, VoucherState
from incentives.templatetags.money import yuan
from villages.townships import Townships


@dataclass(frozen=True)
class ReconciledRow:
    """``line`` is none where the bank paid somebody who is not on the voucher."""

    difference: Difference
    line: VoucherLine | None
    payments: list[BankPayment]
    explanation: Explanation | None

    @property
    def name(self) -> str:
        return self.line.unit.name if self.line else _unknown(self.payments[0])

    @property
    def code(self) -> str:
        return self.line.unit.code if self.line else ""

    @property
    def finding(self) -> str:
        return str(self.difference.finding.label)

    @property
    def why(self) -> str:
        """The difference in words."""
        one = self.difference
        words = {
            DifferenceKind.LESS: _("%s yuan less than booked"),
            DifferenceKind.MORE: _("%s yuan more than booked"),
            DifferenceKind.TWICE: _("%s yuan too much: the same sum more than once"),
            DifferenceKind.NOT_PAID: _("%s yuan are missing: the bank's statement does not name it"),
            DifferenceKind.NO_ACCOUNT: _("%s yuan are booked; confirm an account, or pay and explain"),
            DifferenceKind.UNKNOWN_UNIT: _("%s yuan went to somebody whom the voucher does not name"),
            DifferenceKind.WRONG_ACCOUNT: _("%s yuan, partly or all to another account than the list says"),
        }.get(one.finding, "")
        return words % yuan(one.paid if one.finding == DifferenceKind.WRONG_ACCOUNT else abs(one.over)) if words else ""

    @property
    def to_explain(self) -> bool:
        return not self.difference.settled and self.explanation is None


class Lines(TextChoices):
    """Payments that the page counts apart."""

    WITHOUT_ACCOUNT = "without_account", gettext_lazy("Without an account")
    REPLACED = "replaced", gettext_lazy("Account replaced")


class ShownLine(NamedTuple):
    """A payment as its row shows it (``records.kept_includes``). ``place``: above the unit; ``entry_of``: the code of
    the unit for which it was booked; amounts in yuan."""

    name: str
    place: str
    entry_of: str
    account: str
    holder: str
    booked: str
    amount: str
    finding: str


class ShownPayment(NamedTuple):
    """What the bank paid, as its row shows it."""

    name: str
    account: str
    on: date
    reference: str
    amount: str


def _shown(line: VoucherLine, place: str, finding: str) -> ShownLine:
    account = (line.account.masked, line.account.holder) if line.account else ("", "")
    amounts = yuan(line.booked), yuan(line.amount)
    return ShownLine(line.unit.name, place, line.entry.unit_id, *account, *amounts, finding)


def _unknown(payment: BankPayment) -> str:
    return _("Unknown unit %s") % payment.code


class VoucherPage:
    """``shown``: the payments to list alone, as in ``Lines``."""

    def __init__(self, voucher: Voucher, shown: str = "") -> None:
        self.state = VoucherState(voucher)
        self.shown = Lines(shown) if shown in Lines.values else None

    @cached_property
    def rows(self) -> list[ReconciledRow]:
        state = self.state
        lines = {line.entry.pk: line for line in state.lines}
        payments = {payment.pk: payment for payment in state.payments}
        rows = [
            ReconciledRow(
                one,
                lines.get(one.line) if one.line else None,
                [payments[transfer.pk] for transfer in one.transfers],
                state.explanations.get(one.key),
            )
            for one in state.differences
        ]
        return sorted(rows, key=lambda row: (row.difference.settled, not row.to_explain))

    @property
    def differing(self) -> list[ReconciledRow]:
        return [row for row in self.rows if not row.difference.settled]

    @property
    def lines(self) -> list[ShownLine]:
        """Every payment with its findings, or those without an account or with one that was replaced alone."""
        state, townships = self.state, Townships()
        chosen = {Lines.WITHOUT_ACCOUNT: state.without_account, Lines.REPLACED: state.replaced}.get(
            self.shown, state.lines
        )
        return [_shown(line, townships.above(line.unit.code), self._findings[line.entry.pk]) for line in chosen]

    @property
    def payments(self) -> list[ShownPayment]:
        """What the bank paid."""
        names = {line.entry.pk: line.unit.name for line in self.state.lines}
        return [
            ShownPayment(names.get(one.entry_id) or _unknown(one), one.masked, one.on, one.reference, yuan(one.amount))
            for one in self.state.payments
        ]

    @cached_property
    def _findings(self) -> dict[int, str]:
        found, words = defaultdict(list), {finding: str(finding.label) for finding in DifferenceKind}
        for one in self.state.differences:
            found[one.line].append(words[one.finding])
        return {line: " · ".join(labels) for line, labels in found.items()}
