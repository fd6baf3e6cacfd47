"""The sheet of what the bank paid: read whole, or refused with every wrong cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from incentives.payees.accounts import plain_number
from records import cells
from records.workbooks import SheetRefused, SheetRow, WrongCell, read_rows

MOST_ROWS = 5000


@dataclass(frozen=True)
class SheetTransfer:
    """One line of the sheet. ``code``: the unit as written, "" where the account alone says who was paid."""

    row: int
    code: str
    number: str
    amount: Decimal
    on: date
    reference: str


@dataclass(frozen=True)
class Heads:
    """The headings, in the reader's language; the bank's list has the first three too."""

    code: str
    number: str
    amount: str
    on: str
    reference: str


def heads() -> Heads:
    return Heads(_("Division code"), _("Account number"), _("Amount"), _("Paid on"), _("Bank's reference"))


def read_transfers(raw: bytes, known: Mapping[str, date], today: date | None = None) -> list[SheetTransfer]:
    """The transfers in a sheet. ``known``: references of earlier statements, with their days.

    A row of totals, without account and code, is skipped. Raises ``SheetRefused`` with every wrong cell.
    """
    head = heads()
    today = today or timezone.localdate()
    rows = read_rows(raw, [head.number, head.amount, head.on], optional=[head.code, head.reference], days=[head.on])
    rows = [row for row in rows if row[head.code] or row[head.number] or row[head.on]]
    if not rows:
        raise SheetRefused([], _("The sheet has no payments."))
    if len(rows) > MOST_ROWS:
        raise SheetRefused([], _("At most %s payments at once.") % MOST_ROWS)
    problems: list[WrongCell] = []
    seen: set[str] = set()
    found = [_transfer(row, head, known, seen, today, problems) for row in rows]
    if problems:
        raise SheetRefused(problems)
    return found


def _transfer(
    row: SheetRow,
    head: Heads,
    known: Mapping[str, date],
    seen: set[str],
    today: date,
    problems: list[WrongCell],
) -> SheetTransfer:
    number, amount, day = plain_number(row[head.number]), cells.number(row[head.amount]), cells.day(row[head.on])
    reference = cells.one_line(row[head.reference])
    if not number:
        problems.append(row.wrong(head.number, _("an account number of 8 to 32 digits, as text")))
    if amount is None or amount <= 0 or amount != round(amount, 2) or amount >= 10**12:
        problems.append(row.wrong(head.amount, _("an amount in yuan above 0, to the fen")))
    if day is None or day > today:
        problems.append(row.wrong(head.on, _("a day such as 2026-11-20, not after today")))
    if reference:
        problems += _wrong_reference(row, head, reference, known, seen)
        seen.add(reference)
    if len(row.code(head.code)) > 20:
        problems.append(row.wrong(head.code, _("a division code")))
    return SheetTransfer(row.number, row.code(head.code), number, amount or Decimal(0), day or today, reference)


def _wrong_reference(
    row: SheetRow, head: Heads, reference: str, known: Mapping[str, date], seen: Collection[str]
) -> list[WrongCell]:
    if len(reference) > 100:
        return [row.wrong(head.reference, _("at most %s characters") % 100)]
    if reference in known:
        day = known[reference].isoformat()
        return [row.wrong(head.reference, _("a new reference: this one was imported with a payment of %s") % day)]
    return [row.wrong(head.reference, _("each reference once"))] if reference in seen else []
