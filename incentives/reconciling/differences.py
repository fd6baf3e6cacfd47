"""What was booked against what the bank paid, line by line; pure (issue: paid less, more, not, twice, elsewhere)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class DifferenceKind(models.TextChoices):
    """``PAID`` and ``WAITS`` are no differences."""

    PAID = "paid", _("Paid as booked")
    WAITS = "waits", _("No statement yet")
    NO_ACCOUNT = "no_account", _("No account: not on the bank's list")
    NOT_PAID = "not_paid", _("Not paid")
    LESS = "less", _("Paid less than booked")
    MORE = "more", _("Paid more than booked")
    TWICE = "twice", _("Paid twice")
    WRONG_ACCOUNT = "wrong_account", _("Paid to another account")
    UNKNOWN_UNIT = "unknown_unit", _("Paid to a unit that is not on the voucher")


SETTLED = (DifferenceKind.PAID, DifferenceKind.WAITS)


@dataclass(frozen=True)
class Transfer:
    """What the bank paid: ``line`` is the payment on the voucher that it belongs to, None for an unknown unit."""

    pk: int
    line: int | None
    amount: Decimal
    on: date
    right_account: bool
    reference: str = ""


@dataclass(frozen=True)
class Booked:
    """A payment on the voucher: what is to be paid now, corrections counted."""

    pk: int
    amount: Decimal
    has_account: bool


@dataclass(frozen=True)
class Difference:
    """One finding about one payment on the voucher, or about one transfer that belongs to none (``line`` None)."""

    finding: DifferenceKind
    line: int | None
    booked: Decimal
    transfers: tuple[Transfer, ...] = field(default=())

    @property
    def paid(self) -> Decimal:
        return sum((one.amount for one in self.transfers), Decimal(0))

    @property
    def over(self) -> Decimal:
        """How much more was paid than booked; below 0, how much less."""
        return self.paid - self.booked

    @property
    def key(self) -> str:
        """The same difference has the same key; another sum or other transfers make another one."""
        about = f"line {self.line}" if self.line else f"transfer {self.transfers[0].pk}"
        paid_by = ",".join(str(one.pk) for one in self.transfers)
        return f"{self.finding} {about} {self.booked:.2f} {self.paid:.2f} {paid_by}"[:200]

    @property
    def settled(self) -> bool:
        return self.finding in SETTLED


def differences(booked: Iterable[Booked], transfers: Iterable[Transfer], *, stated: bool) -> list[Difference]:
    """The findings for every payment, in order, then for transfers that belong to none. ``stated``: the bank has said
    what it paid; before that nothing is missing."""
    by_line: dict[int | None, list[Transfer]] = {}
    for one in transfers:
        by_line.setdefault(one.line, []).append(one)
    found = [finding for line in booked for finding in _of_line(line, tuple(by_line.get(line.pk, ())), stated)]
    return found + [Difference(DifferenceKind.UNKNOWN_UNIT, None, Decimal(0), (one,)) for one in by_line.get(None, ())]


def _of_line(line: Booked, paid: tuple[Transfer, ...], stated: bool) -> list[Difference]:
    found = [_sum_of(line, paid, stated)]
    if any(not one.right_account for one in paid):
        elsewhere = Difference(DifferenceKind.WRONG_ACCOUNT, line.pk, line.amount, paid)
        found = [elsewhere] if found[0].settled else [*found, elsewhere]
    return found


def _sum_of(line: Booked, paid: tuple[Transfer, ...], stated: bool) -> Difference:
    total = sum((one.amount for one in paid), Decimal(0))
    if total == line.amount:
        finding = DifferenceKind.PAID
    elif paid:
        finding = _unlike(line.amount, total, paid)
    elif not line.has_account:
        finding = DifferenceKind.NO_ACCOUNT
    else:
        finding = DifferenceKind.NOT_PAID if stated else DifferenceKind.WAITS
    return Difference(finding, line.pk, line.amount, paid)


def _unlike(booked: Decimal, total: Decimal, paid: tuple[Transfer, ...]) -> DifferenceKind:
    if total < booked:
        return DifferenceKind.LESS
    again = len(paid) > 1 and sum(one.amount == booked for one in paid) > 1
    return DifferenceKind.TWICE if again else DifferenceKind.MORE
