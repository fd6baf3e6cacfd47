"""Vouchers: one for every confirmed instalment, with the account that each of its payments goes to."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from incentives.models import LedgerEntry, Payout, Source, Voucher
from incentives.payees.accounts import of_lines
from records import audit
from records.refusals import NotAllowed


def issue_voucher(source: Source, entries: list[LedgerEntry], *, by: User, at: datetime) -> Voucher:
    """The voucher of ``entries``, just booked together under one key; part of the step that booked them."""
    first = entries[0]
    voucher = Voucher.objects.create(
        unit_id=source.unit_id, key=first.key, document=first.document, by=by, at=at, **{source.PAGE: source}
    )
    _pay_to_accounts(voucher, entries)
    return voucher


@transaction.atomic
def add_accounts(voucher: Voucher, *, by: User) -> int:
    """Put payments that had no account on the bank's list, where their unit has one by now; how many these are."""
    lock(voucher, by)
    waiting = voucher.entries.filter(payout=None).select_related("reward", "allocation")
    with audit.acting(by, "add_accounts"):
        return _pay_to_accounts(voucher, waiting)


@transaction.atomic
def take_bank_list(voucher: Voucher, *, by: User) -> None:
    """Note that ``by`` takes the bank's list, with the whole account numbers."""
    lock(voucher, by)
    with audit.acting(by, "take_bank_list"):
        voucher.listed_by, voucher.listed_at = by, timezone.now()
        voucher.save(update_fields=["listed_by", "listed_at"])


def lock(voucher: Voucher, by: User) -> None:
    """The voucher as it is now, locked until the transaction ends. Raises ``NotAllowed``."""
    voucher.refresh_from_db(from_queryset=Voucher.objects.select_for_update())
    if not by.has_perm("incentives.disburse", voucher):
        raise NotAllowed


def _pay_to_accounts(voucher: Voucher, entries: Iterable[LedgerEntry]) -> int:
    entries = list(entries)
    accounts = of_lines(entry.line for entry in entries)
    payouts = [
        Payout(voucher=voucher, entry=entry, account=accounts[entry.line.pk])
        for entry in entries
        if entry.line.pk in accounts
    ]
    return len(Payout.objects.bulk_create(payouts))
