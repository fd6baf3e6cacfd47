"""Disbursing in instalments, and correcting what was booked wrongly."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incentives.models import LedgerEntry, Line, Source
from incentives.workflow.booking import book, entry_for
from incentives.workflow.step import locked, step
from incentives.workflow.telling import tell_units
from records import audit
from records.refusals import Incomplete, NotAllowed

Kind = LedgerEntry.Kind


@transaction.atomic
def disburse(
    source: Source,
    *,
    by: Any,
    key: str,
    document: str,
    payments: Mapping[int, Decimal] | None = None,
    at: datetime | None = None,
) -> list[LedgerEntry]:
    """Pay ``payments`` (yuan by the line's id; absent: all that is owed and not frozen) under voucher ``document``.

    ``key`` names this instalment: the same one again (a double click) books nothing and returns the entries of before.
    Raises ``Incomplete`` with a message per line that is frozen, unknown, or asked for more than is owed.
    """
    locked(source)
    if not by.has_perm("incentives.disburse", source):
        raise NotAllowed(_("You may not do this here."))
    if made := list(LedgerEntry.objects.of(source).filter(key=key, kind=Kind.DISBURSE).order_by("pk")):
        return made
    with step("disburse", source, by=by, reason=document):
        if not document:
            raise Incomplete(_("A voucher number is needed."), {"document": _("A voucher number is needed.")})
        owed = {line.pk: line for line in source.lines.select_related("unit") if line.unpaid}
        if payments is None:
            payments = {line.pk: line.unpaid for line in owed.values() if not line.frozen}
        _check(payments, owed)
        at = at or timezone.now()
        paid = {owed[pk]: amount for pk, amount in payments.items()}
        entries = book(
            [
                entry_for(line, Kind.DISBURSE, amount, key=key, by=by, at=at, document=document)
                for line, amount in paid.items()
            ]
        )
        tell_units(source, "money_paid", paid)
    return entries


def _check(payments: Mapping[int, Decimal], owed: Mapping[int, Line]) -> None:
    problems = {}
    for pk, amount in payments.items():
        line = owed.get(pk)
        if line is None:
            problems[str(pk)] = _("Nothing is owed here.")
        elif line.frozen:
            problems[str(pk)] = _("Payment is stopped: the star has fallen.")
        elif not 0 < amount <= line.unpaid or amount != round(amount, 2):
            problems[str(pk)] = _("Pay more than 0 and at most %(amount)s yuan.") % {"amount": line.unpaid}
    if problems:
        raise Incomplete(_("Some amounts cannot be paid."), problems)
    if not payments:
        raise Incomplete(_("There is nothing to pay."))


@transaction.atomic
def correct(
    entry: LedgerEntry, *, amount: Decimal, reason: str, by: Any, key: str = "", at: datetime | None = None
) -> LedgerEntry:
    """Take ``amount`` yuan of ``entry`` back by an entry the other way, for a ``reason``; ``key`` as for ``disburse``.

    Raises ``Incomplete`` when it was not that much, or what was paid would exceed what is committed.
    """
    source = locked(entry.line.source)
    if not by.has_perm("incentives.disburse", source):
        raise NotAllowed(_("You may not do this here."))
    if made := entry.corrections.filter(key=key).first():
        return made
    if not reason:
        raise Incomplete(_("Please write a reason."), {"reason": _("Please write a reason.")})
    entry.line.refresh_from_db()
    left = entry.amount + sum(correction.amount for correction in entry.corrections.all())
    most = {
        Kind.COMMIT: min(left, entry.line.unpaid),
        Kind.DISBURSE: left,
        Kind.CLAWBACK: min(left, entry.line.amount - entry.line.committed, source.available),
    }[entry.kind]
    if entry.corrects_id or not 0 < amount <= most:
        raise Incomplete(_("At most %(amount)s yuan of this entry can be taken back.") % {"amount": max(most, 0)})
    with audit.acting(by, "correct", reason):
        back = entry_for(
            entry.line,
            entry.kind,
            -amount,
            key=key or uuid4().hex,
            by=by,
            at=at or timezone.now(),
            reason=reason,
            corrects=entry,
        )
        return book([back])[0]
