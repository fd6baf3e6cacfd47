"""Reconciling a voucher: importing what the bank paid, explaining differences, withdrawing a wrong sheet."""

from collections import Counter, defaultdict
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from incentives.models import BankPayment, BankStatement, Explanation, Voucher
from incentives.payees.accounts import number_of
from incentives.reconciling.sheet import SheetTransfer, read_transfers
from incentives.reconciling.statement import VoucherLine, VoucherState, payments_of
from incentives.workflow.vouchers import lock, recount
from records import audit
from records.refusals import Incomplete, Outdated, WrongState, require_reason


@transaction.atomic
def import_statement(voucher: Voucher, raw: bytes, *, name: str, by: User, at: datetime | None = None) -> BankStatement:
    """Keep what the bank paid by a sheet, or nothing of it. The same sheet again is the first one.

    Raises ``SheetRefused`` with every wrong cell.
    """
    lock(voucher, by)
    digest = sha256(raw).hexdigest()
    if before := voucher.statements.filter(sha256=digest, withdrawn_at=None).first():
        return before
    known = dict(payments_of(voucher).exclude(reference="").values_list("reference", "on"))
    transfers = read_transfers(raw, known)
    with audit.acting(by, "import_statement"):
        statement = BankStatement.objects.create(
            voucher=voucher, name=name[:200], sha256=digest, by=by, at=at or timezone.now()
        )
        state = VoucherState(voucher)
        lines = _Lines(state)
        BankPayment.objects.bulk_create(_payment(statement, one, lines.of(one), state) for one in transfers)
        recount(voucher)
    return statement


@transaction.atomic
def withdraw_statement(statement: BankStatement, *, reason: str, by: User) -> None:
    """Leave a sheet that was imported by mistake out of account, for a ``reason``; it stays readable."""
    lock(statement.voucher, by)
    statement.refresh_from_db()
    if statement.withdrawn_at:
        if (statement.withdrawn_by_id, statement.reason) == (by.pk, reason.strip()):
            return
        raise WrongState(_("This statement has been withdrawn already."))
    statement.reason = require_reason(reason)
    with audit.acting(by, "withdraw_statement", statement.reason):
        statement.withdrawn_by, statement.withdrawn_at = by, timezone.now()
        statement.save(update_fields=["withdrawn_by", "withdrawn_at", "reason"])
        recount(statement.voucher)


@transaction.atomic
def explain(
    voucher: Voucher, difference: str, *, text: str, by: User, at: datetime | None = None, seen: int | None = None
) -> Explanation:
    """Say why the ``difference`` (its key) is there, in place of the explanation ``seen`` on the page (0: none).

    Raises ``WrongState`` when the difference is no longer there as it was, ``Outdated`` when another explanation is.
    """
    lock(voucher, by)
    if not text.strip():
        words = _("Please write an explanation.")
        raise Incomplete(words, {"text": words})
    state = VoucherState(voucher)
    if difference not in {one.key for one in state.differences if not one.settled}:
        raise WrongState(_("This difference is no longer there as it was. Please look again."))
    last = state.explanations.get(difference)
    if last and (last.text, last.by_id) == (text.strip(), by.pk):
        return last
    if seen is not None and seen != (last.pk if last else 0):
        raise Outdated(_("It has been explained meanwhile. Nothing was changed. Please look again."))
    with audit.acting(by, "explain_difference", text.strip()):
        explained = Explanation.objects.create(
            voucher=voucher, difference=difference, text=text.strip(), by=by, at=at or timezone.now()
        )
        recount(voucher)
    return explained


class _Lines:
    """The payments of a voucher by unit and by every account that they were ever listed to; after a merger one unit may
    be paid several.

    ``taken``: how many transfers each has, those of earlier statements counted.
    """

    def __init__(self, state: VoucherState) -> None:
        self.by_code: dict[str, list[VoucherLine]] = defaultdict(list)
        self.by_number: dict[str, list[VoucherLine]] = defaultdict(list)
        self.taken = Counter(payment.entry_id for payment in state.payments)
        for line in state.lines:
            for code in {line.entry.unit_id, line.unit.code}:
                self.by_code[code].append(line)
        by_entry = {line.entry.pk: line for line in state.lines}
        for payout in state.payouts:
            self.by_number[number_of(payout.account)].append(by_entry[payout.entry_id])

    def of(self, one: SheetTransfer) -> VoucherLine | None:
        """The unit that is written decides; without one, the account. Of several, the one not paid yet by that sum."""
        found = self.by_code.get(one.code, []) if one.code else self.by_number.get(one.number, [])
        if not found:
            return None
        best = min(found, key=lambda line: (self.taken[line.entry.pk], line.amount != one.amount))
        self.taken[best.entry.pk] += 1
        return best


def _payment(
    statement: BankStatement, one: SheetTransfer, line: VoucherLine | None, state: VoucherState
) -> BankPayment:
    payment = BankPayment(
        statement=statement,
        row=one.row,
        code=one.code,
        tail=one.number[-4:],
        amount=one.amount,
        on=one.on,
        reference=one.reference,
        entry=line.entry if line else None,
    )
    payment.number = one.number
    payment.right_account = state.went_right(payment)
    return payment
