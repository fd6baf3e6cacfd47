"""Vouchers: one for every confirmed instalment, with the account that each of its payments goes to."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from incentives.models import GrantLine, LedgerEntry, PayeeAccount, Payout, Source, Voucher
from incentives.payees.accounts import of_lines
from incentives.reconciling.statement import VoucherState
from records import audit
from records.refusals import NotAllowed


def issue_voucher(
    source: Source, entries: list[LedgerEntry], accounts: Mapping[int, PayeeAccount], *, by: User, at: datetime
) -> Voucher:
    """The voucher of ``entries``, just booked together under one key; part of the step that booked them.

    ``accounts``: by the line's id, those that were confirmed; the step holds their lock.
    """
    first = entries[0]
    voucher = Voucher.objects.create(
        unit_id=source.unit_id, key=first.key, document=first.document, by=by, at=at, **{source.PAGE: source}
    )
    _pay_to_accounts(voucher, entries, accounts)
    return voucher


@transaction.atomic
def add_accounts(voucher: Voucher, *, by: User) -> int:
    """Put the account in force on payments that have none, or one that was replaced before all was paid; how many
    these are. What was paid stays with the account that it went to; the new one takes the rest."""
    lock(voucher, by)
    waiting = [line for line in VoucherState(voucher).lines if line.takes_account]
    lines = [line.line for line in waiting]
    lock_accounts(lines)
    with audit.acting(by, "add_accounts"):
        added = _pay_to_accounts(voucher, [line.entry for line in waiting], of_lines(lines))
        recount(voucher)
    return added


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


def lock_accounts(lines: Iterable[GrantLine]) -> None:
    """Let nobody confirm or decline an account of those who are paid until the transaction ends.

    The newest first: confirming, too, locks the account that waits before the one that it replaces. Without a key lock,
    so that other vouchers may refer to them.
    """
    open_states = [PayeeAccount.State.PROPOSED, PayeeAccount.State.IN_FORCE]
    accounts = PayeeAccount.objects.filter(unit__in={line.holder_id for line in lines}, state__in=open_states)
    list(accounts.order_by("-pk").select_for_update(no_key=True).values_list("pk"))


def recount(voucher: Voucher) -> None:
    """Keep how many differences wait for an explanation; for what the to-do list asks. Called under the lock."""
    state = VoucherState(voucher)
    voucher.unexplained = state.unexplained if state.stated else None
    voucher.save(update_fields=["unexplained"])


def _pay_to_accounts(voucher: Voucher, entries: Collection[LedgerEntry], accounts: Mapping[int, PayeeAccount]) -> int:
    payouts = [
        Payout(voucher=voucher, entry=entry, account=accounts[entry.line.pk])
        for entry in entries
        if entry.line.pk in accounts
    ]
    return len(Payout.objects.bulk_create(payouts))
