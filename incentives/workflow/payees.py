"""Payee accounts: one person proposes, another confirms by typing the number again."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import RATED_POSTS
from incentives.models import PayeeAccount
from incentives.models.payee import CONFIRM, PROPOSE
from incentives.payees.accounts import number_of, plain_number, require_number
from incentives.workflow.telling import tell_of_account, tell_of_declined
from records import audit, cells
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from villages.models import Unit

State = PayeeAccount.State


@transaction.atomic
def propose_account(unit: Unit, *, holder: str, bank: str, number: str, by: User) -> PayeeAccount:
    """Ask somebody else to confirm this account of ``unit``. The same proposal again (a double click) is the first one.

    Raises ``WrongState`` while another one waits, when it is the account in force, and when the unit has ended;
    ``Incomplete``.
    """
    if not by.has_perm(PROPOSE, unit):
        raise NotAllowed
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    _require_standing(unit.pk)
    given = (_required("holder", holder), _required("bank", bank), require_number(number))
    for known in PayeeAccount.objects.filter(unit=unit, state__in=[State.PROPOSED, State.IN_FORCE]):
        same = (known.holder, known.bank, number_of(known)) == given
        if known.state == State.PROPOSED and same and known.proposed_by_id == by.pk:
            return known
        if known.state == State.PROPOSED:
            raise WrongState(_("An account already waits to be confirmed. Confirm or decline that one first."))
        if same:
            raise WrongState(_("This account is in force already."))
    account = PayeeAccount(unit=unit, holder=given[0], bank=given[1], tail=given[2][-4:], proposed_by=by)
    account.number = given[2]
    with audit.acting(by, "propose_payee"):
        account.save()
    return account


@transaction.atomic
def confirm_account(account: PayeeAccount, *, number: str, by: User, at: datetime | None = None) -> None:
    """Put the account in force; the one before is replaced. ``number``: the number, typed again from the paper.

    Raises ``WrongState`` for whoever proposed it, once it is settled, and when the unit has ended; ``Incomplete`` for
    another number.
    """
    if not _settles(account, by, CONFIRM):
        return
    if account.proposed_by_id == by.pk:
        raise WrongState(_("You proposed this account: somebody else has to confirm it."))
    _require_standing(account.unit_id)
    if plain_number(number) != number_of(account):
        words = _("This is not the number that was proposed. Please compare it with the paper.")
        raise Incomplete(words, {"number": words})
    with audit.acting(by, "confirm_payee"):
        PayeeAccount.objects.filter(unit=account.unit_id, state=State.IN_FORCE).update(state=State.REPLACED)
        _settle(account, State.IN_FORCE, by, at)
    tell_of_account(account, holders(RATED_POSTS, [account.unit_id]).get(account.unit_id, []))


@transaction.atomic
def decline_account(account: PayeeAccount, *, reason: str, by: User, at: datetime | None = None) -> None:
    """Do not use the proposed account, for a ``reason``; whoever proposed it takes it back in this way, and is told
    when somebody else does."""
    if not _settles(account, by, PROPOSE, State.DECLINED):
        return
    account.reason = require_reason(reason)
    with audit.acting(by, "decline_payee", account.reason):
        _settle(account, State.DECLINED, by, at)
    if account.proposed_by_id != by.pk:
        tell_of_declined(account)


def _settles(account: PayeeAccount, by: User, right: str, to: str = State.IN_FORCE) -> bool:
    """Lock the proposal for ``by``; False if the same person has settled it so before (a double click)."""
    account.refresh_from_db(from_queryset=PayeeAccount.objects.select_for_update())
    if not by.has_perm(right, account):
        raise NotAllowed
    if account.state == to and account.settled_by_id == by.pk:
        return False
    if account.state != State.PROPOSED:
        raise WrongState(_("This account is now at “%s”.") % account.get_state_display())
    return True


def _require_standing(code: str) -> None:
    if not Unit.objects.standing().filter(pk=code).exists():
        raise WrongState(_("This unit has been dissolved: its money passes to its successor, whose account is used."))


def _settle(account: PayeeAccount, state: str, by: User, at: datetime | None) -> None:
    account.state, account.settled_by, account.settled_at = state, by, at or timezone.now()
    account.save(update_fields=["state", "settled_by", "settled_at", "reason"])


def _required(field: str, typed: str) -> str:
    text = cells.one_line(typed)
    if not text:
        words = _("This field is required.")
        raise Incomplete(words, {field: words})
    if len(text) > 100:
        words = _("At most %s characters.") % 100
        raise Incomplete(words, {field: words})
    return text
