"""Two connections at once: money is never spent twice and a budget never overdrawn."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from incentives import workflow
from incentives.instalment import instalment
from incentives.models import LedgerEntry, PayeeAccount, Payout, Voucher
from records.previews import as_stored
from records.refusals import Incomplete, Outdated, Refused, WrongState
from tests.clients import client_of
from tests.clock import freeze_time
from tests.concurrency import at_once, while_it_waits
from tests.factories import COUNTY, person
from tests.incentives.conftest import TODAY
from villages.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def policy(granted):
    with freeze_time(TODAY + " 10:00+08:00"):
        return granted()


def copy_of(policy):
    return type(policy).objects.get(pk=policy.pk)


def test_two_payments_of_all_pay_once(policy, finance):
    results = at_once(
        *(lambda key=key: workflow.disburse(copy_of(policy), by=finance, key=key, document="凭") for key in ("a", "b"))
    )
    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    policy.refresh_from_db()
    assert (policy.committed, policy.disbursed) == (Decimal("61000.01"), Decimal("61000.01"))


def test_a_double_click_pays_once(policy, finance):
    results = at_once(
        *(lambda: workflow.disburse(copy_of(policy), by=finance, key="a", document="凭") for _ in range(2))
    )
    assert [len(result) for result in results] == [3, 3]
    assert LedgerEntry.objects.filter(kind="disburse").count() == 3


@pytest.mark.parametrize("many", [2, 4])
def test_confirmations_at_once_under_one_key_pay_once(policy, finance, settings, many):
    settings.SECOND_FACTOR_REQUIRED = False
    address = f"/policies/{policy.pk}/disburse/"
    clients = [Client() for _ in range(many)]
    for client in clients:
        client.force_login(finance)
    line = policy.lines.get(unit="330624108202")
    given = {"key": "one", "document": "凭", "share": "100", f"line{line.pk}": "12.34"}
    assert clients[0].post(address, given).status_code == 200
    answers = at_once(*(lambda client=client: client.post(address, given | {"confirmed": "1"}) for client in clients))
    assert [answer.status_code for answer in answers] == [302] * many
    assert list(LedgerEntry.objects.filter(kind="disburse").values_list("reward", "amount")) == [
        (line.pk, Decimal("12.34"))
    ]


def test_two_pages_confirmed_at_once_pay_what_one_of_them_showed(policy, finance, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    address = f"/policies/{policy.pk}/disburse/"
    clients = {key: Client() for key in "abcd"}
    for key, client in clients.items():
        client.force_login(finance)
        assert client.post(address, {"key": key, "document": key, "share": "50"}).status_code == 200
    answers = at_once(
        *(
            lambda key=key, client=client: client.post(address, {"key": key, "document": key, "confirmed": "1"})
            for key, client in clients.items()
        )
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409, 409, 409]
    policy.refresh_from_db()
    assert policy.disbursed == Decimal("30500.00")


def test_two_grants_commit_once(draft, effect, finance):
    with freeze_time(TODAY + " 10:00+08:00"):
        policy = effect(draft())
    results = at_once(*(lambda: workflow.grant(copy_of(policy), by=finance) for _ in range(2)))
    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    policy.refresh_from_db()
    assert (policy.committed, policy.lines.count()) == (Decimal("61000.01"), 4)


@pytest.mark.parametrize("verb", ["make_effective", "grant"])
def test_a_step_pressed_four_times_at_once_is_taken_once(draft, effect, finance, office, settings, verb):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(TODAY + " 10:00+08:00"):
        policy = draft()
        workflow.seek_opinion(policy, by=finance)
        workflow.give_opinion(policy, agreed=True, number="备1", by=office)
        if verb == "grant":
            workflow.make_effective(policy, by=finance)
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(finance)
    key = clients[0].get(f"/policies/{policy.pk}/").context["key"]
    address = f"/policies/{policy.pk}/step/{verb}/"
    answers = at_once(*(lambda client=client: client.post(address, {"key": key}) for client in clients))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert LedgerEntry.objects.count() == (3 if verb == "grant" else 0)


@pytest.mark.parametrize("order", ["freeze_first", "at_once"])
def test_a_payment_against_a_freeze_at_once_pays_nothing_frozen(policy, finance, settings, order):
    settings.SECOND_FACTOR_REQUIRED = False
    address = f"/policies/{policy.pk}/disburse/"
    client = client_of(finance)
    given = {"key": "one", "document": "凭", "share": "100"}
    assert client.post(address, given).status_code == 200
    line = policy.lines.get(unit="330624108202")

    def freeze():
        with transaction.atomic():
            copy_of(policy).lines.filter(pk=line.pk).update(frozen=True)

    def confirm():
        return client.post(address, given | {"confirmed": "1"})

    if order == "freeze_first":
        answer = while_it_waits(freeze, confirm)
    else:
        _none, answer = at_once(freeze, confirm)
    line.refresh_from_db()
    paid = LedgerEntry.objects.filter(kind="disburse").count()
    allowed = [(409, 0, Decimal(0))] if order == "freeze_first" else [(302, 3, Decimal(10000)), (409, 0, Decimal(0))]
    assert (answer.status_code, paid, line.disbursed) in allowed


@pytest.mark.parametrize("first", ["confirmed", "paid"])
def test_an_account_replaced_while_a_payment_is_confirmed(policy, finance, first):
    """Confirmed first, the payment is refused: it was to another account. Paid first, the confirmation waits for it."""
    unit, second = Unit.objects.get(code="330624108201"), person(Role.FINANCE, COUNTY)
    numbers = ["6222081204001234567", "6222081204009999"]

    def propose(number):
        return workflow.propose_account(unit, holder="合作社", bank="农商行", number=number, by=finance)

    workflow.confirm_account(propose(numbers[0]), number=numbers[0], by=second)
    old, newer = PayeeAccount.objects.get(), propose(numbers[1])
    shown = as_stored(instalment(policy).standing)

    def confirm():
        workflow.confirm_account(newer, number=numbers[1], by=second)

    def pay():
        return workflow.disburse(copy_of(policy), by=finance, key="a", document="凭", expected=shown)

    if first == "confirmed":
        assert isinstance(while_it_waits(confirm, pay), Outdated)
        assert not Voucher.objects.exists()
    else:
        assert while_it_waits(pay, confirm) is None
        assert (Payout.objects.get().account, newer.state) == (old, "in_force")


def test_of_two_proposals_at_once_the_second_is_told_of_the_first(policy, finance):
    unit = Unit.objects.get(code="330624108201")

    def propose(number):
        return workflow.propose_account(unit, holder="合作社", bank="农商行", number=number, by=finance)

    told = while_it_waits(lambda: propose("6222081204001234567"), lambda: propose("6222081204009999"))
    assert isinstance(told, WrongState)


def test_of_two_who_settle_a_proposed_account_the_second_is_told_of_the_first(policy, finance):
    unit, number = Unit.objects.get(code="330624108201"), "6222081204001234567"
    workflow.propose_account(unit, holder="合作社", bank="农商行", number=number, by=finance)
    confirming, declining, second = PayeeAccount.objects.get(), PayeeAccount.objects.get(), person(Role.FINANCE, COUNTY)
    told = while_it_waits(
        lambda: workflow.confirm_account(confirming, number=number, by=second),
        lambda: workflow.decline_account(declining, reason="不是这个账户", by=finance),
    )
    assert isinstance(told, WrongState)


def test_a_voucher_number_given_twice_at_once_is_refused_beside_its_field(policy, draft_fund, effect, finance):
    with freeze_time(TODAY + " 10:00+08:00"):
        fund = effect(draft_fund())
        workflow.grant(fund, by=finance)

    def pay(source, key):
        return workflow.disburse(copy_of(source), by=finance, key=key, document="凭")

    told = while_it_waits(lambda: pay(policy, "a"), lambda: pay(fund, "b"))
    assert (type(told), list(told.problems)) == (Incomplete, ["document"])


def test_raw_inserts_at_once_do_not_overdraw(policy, finance):
    line = policy.lines.get(unit="330624108201")

    def insert(key):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into incentives_ledgerentry "
                "(reward_id, unit_id, kind, amount, key, document, reason, by_id, at) "
                "values (%s, %s, 'disburse', 30000, %s, '', '', %s, %s)",
                [line.pk, line.unit_id, key, finance.pk, timezone.now()],
            )
        return True

    results = at_once(lambda: insert("a"), lambda: insert("b"), lambda: insert("c"))
    assert [result for result in results if result is True] == [True]
    line.refresh_from_db()
    assert line.disbursed == Decimal(30000)


def test_twenty_clerks_at_once_never_pay_more_than_is_left(policy, settings):
    """Of 10,000 yuan 14 payments of 700 go through; each of the others is told that 200 are left."""
    settings.SECOND_FACTOR_REQUIRED = False
    line = policy.lines.get(unit="330624108202")
    clients = [Client() for _clerk in range(20)]
    for client in clients:
        client.force_login(person(Role.FINANCE, COUNTY))
    address = f"/api/v1/reward-policies/{policy.pk}/disburse/"

    def pay(number, client):
        asked = {"key": f"k{number}", "document": f"凭{number}", "payments": [{"line": line.pk, "amount": "700.00"}]}
        return client.post(address, asked, content_type="application/json")

    answers = at_once(
        *(lambda number=number, client=client: pay(number, client) for number, client in enumerate(clients))
    )
    refused = [answer.content.decode() for answer in answers if answer.status_code != 200]
    assert (len(refused), {"200.00" in words for words in refused}) == (6, {True})
    line.refresh_from_db()
    assert (line.disbursed, Voucher.objects.count(), LedgerEntry.objects.filter(kind="disburse").count()) == (
        Decimal(9800),
        14,
        14,
    )
