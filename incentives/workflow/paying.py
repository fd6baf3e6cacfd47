"""Disbursing in instalments, and correcting wrong entries."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from incentives.instalment import ALL, instalment, require_unused, was_asked_for
from incentives.models import LedgerEntry, Source, Voucher
from incentives.templatetags.money import yuan
from incentives.workflow.booking import book, entry_for
from incentives.workflow.step import locked, step
from incentives.workflow.telling import tell_units
from incentives.workflow.vouchers import issue_voucher, lock_accounts, recount
from records import audit
from records.previews import as_stored, require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Unit

Kind = LedgerEntry.Kind
FEN = Decimal("0.01")


@transaction.atomic
def disburse(
    source: Source,
    *,
    by: User,
    key: str,
    document: str,
    payments: Mapping[int, Decimal] | None = None,
    share: Decimal = ALL,
    expected: Any = None,
    at: datetime | None = None,
) -> list[LedgerEntry]:
    """Pay ``payments`` (yuan by the line's id; default: ``share`` of what is owed) under voucher ``document``.

    ``expected``: the ``standing`` of the instalment as the page showed it; raises ``Outdated`` when it has changed.
    ``key`` is an idempotency key: the same one again (a double click) books nothing and returns the first entries;
    raises ``WrongState`` when the document or the amounts differ. Raises ``Incomplete`` with a message per line that is
    frozen, unknown, or asked for more than is owed, and for a number that the county has used in the year.
    """
    locked(source)
    if not by.has_perm("incentives.disburse", source):
        raise NotAllowed
    if made := list(LedgerEntry.objects.of(source).filter(key=key, kind=Kind.DISBURSE).order_by("pk")):
        if any(entry.document != document for entry in made) or not was_asked_for(made, source, payments, share):
            raise WrongState(_("Another payment was booked under this key. Nothing was booked now."))
        return made
    with step("disburse", source, by=by, reason=document):
        if not document:
            raise Incomplete(_("A voucher number is required."), {"document": _("A voucher number is required.")})
        # A line frozen meanwhile is seen by the plan, never first by the ledger's trigger.
        lock_accounts(source.lines.select_for_update().order_by("pk"))
        planned = instalment(source, payments, share)
        require_unchanged(expected, planned.standing)
        at = at or timezone.now()
        Unit.objects.select_for_update(no_key=True).get(pk=source.unit_id)  # its other vouchers wait for this number
        require_unused(source, document, at)
        entries = book(
            [
                entry_for(line, Kind.DISBURSE, amount, key=key, by=by, at=at, document=document)
                for line, amount in planned.payments.items()
            ]
        )
        issue_voucher(source, entries, planned.accounts, by=by, at=at)
        tell_units(source, "money_paid", planned.payments)
    return entries


@transaction.atomic
def correct(
    entry: LedgerEntry,
    *,
    amount: Decimal,
    reason: str,
    by: User,
    key: str = "",
    left: Decimal | None = None,
    at: datetime | None = None,
) -> LedgerEntry:
    """Take ``amount`` yuan of ``entry`` back by an opposite entry, for a ``reason``.

    ``key`` as for ``disburse``; ``left``: what the page showed as not yet taken back (``Outdated``). Raises
    ``Incomplete`` when it was not that much, or fewer than none would be paid, or more than is committed.
    """
    source = locked(entry.line.source)
    if not by.has_perm("incentives.disburse", source):
        raise NotAllowed
    made: LedgerEntry | None = entry.line.ledgerentry_set.filter(kind=entry.kind, key=key).first()
    if made:
        if (made.corrects_id, made.amount, made.reason) != (entry.pk, -amount, reason):
            raise WrongState(_("Another correction was booked under this key. Nothing was booked now."))
        return made
    if not reason:
        raise Incomplete(_("Please write a reason."), {"reason": _("Please write a reason.")})
    entry.line.refresh_from_db()
    now_left = entry.amount + sum(correction.amount for correction in entry.corrections.all())
    if left is not None:
        require_unchanged(as_stored(left.quantize(FEN)), now_left)
    # Other entries may leave less: a clawback counts against what was paid and what was committed.
    left_of_line = {Kind.COMMIT: entry.line.unpaid, Kind.DISBURSE: entry.line.disbursed}
    most = min(now_left, left_of_line.get(Kind(entry.kind), now_left))
    if entry.corrects_id:
        raise Incomplete(_("This entry is itself a correction and cannot be corrected."))
    if amount <= 0:
        words = _("Please give an amount above 0: it is taken back from the entry.")
        raise Incomplete(words, {"amount": words})
    if amount > most:
        words = _("At most %(amount)s yuan of this entry can be taken back.")
        raise Incomplete(words % {"amount": yuan(max(most, Decimal(0)))})
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
        booked = book([back])[0]
        _recount(source, entry)
    return booked


def _recount(source: Source, entry: LedgerEntry) -> None:
    """A payment that is corrected after the bank's statement may differ from it now."""
    if entry.kind == Kind.DISBURSE:
        stated = Voucher.objects.of(source).select_for_update().filter(key=entry.key, unexplained__isnull=False)
        for voucher in stated:
            recount(voucher)
