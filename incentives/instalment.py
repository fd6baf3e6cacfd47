"""One instalment of a policy or fund: who would be paid how much, and the state of these lines now. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, F, Sum, When
from django.utils import timezone
from django.utils.translation import gettext as _

from incentives.models import GrantLine, LedgerEntry, PayeeAccount, Source, Voucher
from incentives.payees.accounts import of_lines
from incentives.templatetags.money import yuan
from records.refusals import Incomplete

ALL = Decimal(100)
"""The share (%) that pays all that is owed."""


@dataclass(frozen=True)
class Instalment:
    """``payments``: yuan by line."""

    source: Source
    payments: dict[GrantLine, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.payments.values(), Decimal(0))

    @cached_property
    def accounts(self) -> dict[int, PayeeAccount]:
        """The account to which each line is paid, by its id; a line without one is booked and listed as such."""
        return of_lines(self.payments)

    @property
    def rows(self) -> list[tuple[GrantLine, Decimal, PayeeAccount | None]]:
        return [(line, amount, self.accounts.get(line.pk)) for line, amount in self.payments.items()]

    @property
    def without_account(self) -> int:
        return len(self.payments) - len(self.accounts)

    @property
    def standing(self) -> dict[str, Any]:
        """Everything that a page shows of it: what each line is paid, and the state from which that follows."""
        return {
            "budget": self.source.budget,
            "lines": {
                line.pk: [amount, line.committed, line.disbursed, line.frozen, line.holder_id]
                for line, amount in self.payments.items()
            },
            "accounts": {line: account.pk for line, account in self.accounts.items()},
        }


def instalment(source: Source, payments: Mapping[int, Decimal] | None = None, share: Decimal = ALL) -> Instalment:
    """``payments`` (yuan by the line's id), or without any ``share`` (%) of what every line is owed.

    Raises ``Incomplete`` with a message per line that is frozen, unknown, or asked for more than is owed.
    """
    lines = source.lines.select_related("unit")
    if payments is None:
        parts = {line: part_of(line.unpaid, share) for line in lines.payable()}
        paid = {line: part for line, part in parts.items() if part}
    else:
        found = lines.in_bulk(list(payments))
        if problems := {str(pk): said for pk, amount in payments.items() if (said := _problem(found.get(pk), amount))}:
            raise Incomplete(_("Some amounts cannot be paid."), problems)
        paid = {found[pk]: amount for pk, amount in payments.items()}
    if not paid:
        raise Incomplete(_("There is nothing to pay."))
    return Instalment(source, paid)


def part_of(unpaid: Decimal, share: Decimal) -> Decimal:
    """``share`` (%) of ``unpaid``, rounded down to the fen, so that no line is paid more than its part."""
    return Decimal(int(unpaid * share)) / 100


def require_unused(source: Source, number: str, at: datetime) -> None:
    """Raise ``Incomplete`` if the county has a voucher of this number in the year of ``at``."""
    year = timezone.localtime(at).year
    if Voucher.objects.numbered(number, source.unit_id, year).exists():
        message = _("Voucher number %(number)s has been used in %(year)s already. Please give another one.") % {
            "number": number,
            "year": year,
        }
        raise Incomplete(message, {"document": message})


def _problem(line: GrantLine | None, amount: Decimal) -> str:
    if line is None or not line.unpaid:
        return _("Nothing is owed here.")
    if line.frozen:
        return _("Payment is stopped: the star has fallen.")
    if not 0 < amount <= line.unpaid or amount != round(amount, 2):
        return _("Pay more than 0 and at most %(amount)s yuan.") % {"amount": yuan(line.unpaid)}
    return ""


def was_asked_for(
    made: list[LedgerEntry], source: Source, payments: Mapping[int, Decimal] | None, share: Decimal
) -> bool:
    """Whether ``made``, the entries of one instalment, are what ``payments`` or ``share`` asked for at the time."""
    line = f"{source.LINE}_id"
    amounts = {getattr(entry, line): entry.amount for entry in made}
    if payments is not None:
        return amounts == dict(payments)
    owed = _owed_before(made, source, line)
    frozen = set(source.lines.filter(frozen=True).values_list("pk", flat=True))
    parts = {pk: part_of(unpaid, share) for pk, unpaid in owed.items() if pk in amounts or pk not in frozen}
    return amounts == {pk: part for pk, part in parts.items() if part}


def _owed_before(made: list[LedgerEntry], source: Source, line: str) -> dict[int, Decimal]:
    """By line, what was committed and not yet paid when ``made`` were booked."""
    sign = Case(
        When(kind=LedgerEntry.Kind.COMMIT, then=F("amount")), When(kind=LedgerEntry.Kind.DISBURSE, then=-F("amount"))
    )
    before = LedgerEntry.objects.of(source).filter(pk__lt=min(entry.pk for entry in made)).order_by()
    return {pk: owed or Decimal(0) for pk, owed in before.values_list(line).annotate(owed=Sum(sign))}
