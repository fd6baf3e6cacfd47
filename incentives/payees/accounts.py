"""Which account is in force, which one waits, and what an account number looks like."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from incentives.models import BankPayment, GrantLine, PayeeAccount
from incentives.models.payee import CONFIRM, PROPOSE
from records import cells
from records.encryption import Unreadable
from records.refusals import Incomplete
from villages.models import Unit, UnitQuerySet

_NUMBER = re.compile(r"[0-9]{8,32}")
_BETWEEN = re.compile(r"[-‐-―·.]")
State = PayeeAccount.State
UNREADABLE = "?"


def plain_number(typed: str) -> str:
    """The digits of an account number as people type or print it, without spaces and dashes; "" if it is none."""
    digits = _BETWEEN.sub("", cells.code(typed))
    return digits if _NUMBER.fullmatch(digits) else ""


def require_number(typed: str) -> str:
    """``plain_number``. Raises ``Incomplete``."""
    if number := plain_number(typed):
        return number
    words = _("An account number has 8 to 32 digits.")
    raise Incomplete(words, {"number": words})


def number_of(account: PayeeAccount) -> str:
    """The whole number; ``UNREADABLE``, which equals none, if it cannot be read since the secret key was changed."""
    try:
        number: str = account.number
    except Unreadable:
        return UNREADABLE
    return number


def is_readable(account: PayeeAccount) -> bool:
    """Whether the bank can be told where to pay."""
    return number_of(account) != UNREADABLE


def went_to(payment: BankPayment, account: PayeeAccount) -> bool:
    """Whether the bank paid to this account. A number that cannot be read equals no other."""
    try:
        return bool(payment.number == account.number)
    except Unreadable:
        return False


def replaced_on(accounts: Iterable[PayeeAccount]) -> dict[int, date]:
    """The day on which a later account took the place of each that is replaced, by its id."""
    replaced = [one for one in accounts if one.state == State.REPLACED]
    if not replaced:
        return {}
    confirmed = PayeeAccount.objects.filter(unit__in={one.unit_id for one in replaced}, state__in=State.CONFIRMED)
    later = list(confirmed.order_by("pk").values_list("unit_id", "pk", "settled_at"))
    return {
        one.pk: timezone.localdate(at)
        for one in replaced
        for at in [next(at for unit, pk, at in later if unit == one.unit_id and pk > one.pk)]
    }


def in_force(units: Collection[str]) -> dict[str, PayeeAccount]:
    """The account in force of each of ``units`` that has one, by code."""
    return {one.unit_id: one for one in PayeeAccount.objects.filter(unit__in=units, state=State.IN_FORCE)}


def of_lines(lines: Iterable[GrantLine]) -> dict[int, PayeeAccount]:
    """The account to which each line would be paid now, by the line's id; lines without one are left out."""
    holders = {line.pk: line.holder_id for line in lines}
    found = in_force(set(holders.values()))
    return {pk: found[code] for pk, code in holders.items() if code in found}


def reach_of(user: Any) -> set[str]:
    """The codes of the units for whose villages ``user`` proposes or confirms accounts."""
    return {*user.reach(PROPOSE), *user.reach(CONFIRM)}


def payable_units(user: Any) -> UnitQuerySet:
    """The units whose accounts ``user`` may see."""
    return Unit.objects.standing().rateable().within_any(reach_of(user))


@dataclass(frozen=True)
class PayeeRow:
    """A unit with the account in force and the one that waits, if any."""

    unit: Unit
    account: PayeeAccount | None
    waiting: PayeeAccount | None


def rows_of(units: Iterable[Unit]) -> list[PayeeRow]:
    """``units`` in their order, each with its accounts; one query."""
    units = list(units)
    kept = PayeeAccount.objects.filter(unit__in=[unit.pk for unit in units], state__in=[State.IN_FORCE, State.PROPOSED])
    found = {(one.unit_id, one.state): one for one in kept}
    return [
        PayeeRow(unit, found.get((unit.code, State.IN_FORCE)), found.get((unit.code, State.PROPOSED))) for unit in units
    ]
