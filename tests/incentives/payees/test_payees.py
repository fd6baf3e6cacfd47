"""Payee accounts: proposed by one person, confirmed by another, encrypted, masked, and named on the bank's list."""

import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from openpyxl import load_workbook

from accounts.roles import Role
from incentives import workflow
from incentives.models import PayeeAccount, Payout, Voucher
from incentives.payees.bank_list import write_bank_list
from incentives.payees.paper import voucher_paper
from incentives.reconciling.statement import VoucherState
from incentives.todos import entries
from notifications.models import Notice
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.factories import COUNTY, person
from tests.incentives.payees.conftest import FIVE, FOUR, GIVEN, NUMBER, PLAIN, THREE, in_force, pay
from villages.models import Unit

pytestmark = pytest.mark.django_db


def test_two_people_put_an_account_in_force(rows):
    account = workflow.propose_account(rows.unit, by=rows.township, **GIVEN)
    assert workflow.propose_account(rows.unit, by=rows.township, **GIVEN) == account
    with pytest.raises(Incomplete):
        workflow.confirm_account(account, number="6222081204001234568", by=rows.second)
    workflow.confirm_account(account, number=PLAIN, by=rows.second)
    workflow.confirm_account(account, number=PLAIN, by=rows.second)  # a second click
    with pytest.raises(WrongState):
        workflow.confirm_account(account, number=PLAIN, by=person(Role.FINANCE, COUNTY))
    workflow.confirm_account(account, number=PLAIN, by=rows.second)
    assert (account.state, account.masked, account.number) == ("in_force", "•••• 4567", PLAIN)
    assert [notice.user for notice in Notice.objects.filter(kind="payee_account")] == [rows.signer]
    later = in_force(rows, number="6222081204009999")
    account.refresh_from_db()
    assert (account.state, later.state) == ("replaced", "in_force")


def test_who_proposed_never_confirms(rows):
    account = workflow.propose_account(rows.unit, by=rows.first, **GIVEN)
    with pytest.raises(WrongState):
        workflow.confirm_account(account, number=NUMBER, by=rows.first)
    for nobody_who_may in (rows.elsewhere, rows.township):
        with pytest.raises(NotAllowed):
            workflow.confirm_account(account, number=NUMBER, by=nobody_who_may)
    with pytest.raises(WrongState):
        workflow.propose_account(rows.unit, by=rows.second, **(GIVEN | {"number": "62220812"}))
    one = PayeeAccount.objects.filter(pk=account.pk)
    now = account.proposed_at
    for wrong in (
        {"state": "in_force", "settled_by": rows.first, "settled_at": now},
        {"number_encrypted": "x"},
        {"state": "replaced", "settled_by": rows.second, "settled_at": now},
    ):
        with pytest.raises(IntegrityError if "in_force" in wrong.values() else Exception), transaction.atomic():
            one.update(**wrong)
    with pytest.raises(Exception, match="Cannot insert"), transaction.atomic():
        PayeeAccount.objects.create(
            unit=rows.unit, tail="1", proposed_by=rows.first, settled_by=rows.second, settled_at=now, state="in_force"
        )


def test_the_number_is_nowhere_in_plain(rows):
    in_force(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "select a::text from incentives_payeeaccount a union all select h::text from incentives_payeeaccountevent h"
        )
        kept = "\n".join(row for (row,) in cursor.fetchall())
    assert ("新昌农商银行" in kept, PLAIN in kept) == (True, False)


def test_pages_show_the_last_digits_alone(rows, client):
    client.force_login(rows.township)
    page = client.get(f"/payees/{FIVE}/")
    given = {"key": page.context["keys"]["propose"], **GIVEN}
    assert client.post(f"/payees/{FIVE}/propose/", given).status_code == 302
    late = client.post(f"/payees/{FIVE}/propose/", given | {"holder": "另一户"})
    assert [late.status_code, late.context["refused"][0].typed[0][1]] == [409, "另一户"]
    [account] = PayeeAccount.objects.all()
    client.force_login(rows.second)
    page = client.get(f"/payees/{FIVE}/")
    html = page.content.decode()
    assert ("•••• 4567" in html, PLAIN in html, NUMBER in html) == (True, False, False)
    confirm = {"key": page.context["keys"]["confirm"], "number": "11112222"}
    assert client.post(f"/payees/accounts/{account.pk}/confirm/", confirm).status_code == 400
    again = client.get(f"/payees/{FIVE}/").context["keys"]["confirm"]
    for _click in range(2):
        sent = client.post(f"/payees/accounts/{account.pk}/confirm/", {"key": again, "number": NUMBER})
        assert sent.status_code == 302
    client.force_login(rows.signer)
    assert "•••• 4567" in client.get("/money/").content.decode()
    for url in ("/payees/", f"/payees/{FIVE}/"):
        assert client.get(url).status_code == 404
    client.force_login(rows.elsewhere)
    assert client.get(f"/payees/{FIVE}/").status_code == 404


def test_a_line_without_an_account_is_booked_and_listed_as_such(rows):
    in_force(rows)
    voucher = pay(rows)
    state = VoucherState(voucher)
    assert [(line.unit.code, bool(line.account)) for line in state.lines] == [
        (FIVE, True),
        (FOUR, False),
        (THREE, False),
    ]
    out = io.BytesIO()
    write_bank_list(state, out)
    book = load_workbook(out)
    to_pay, missing = book.worksheets
    row = next(row for row in to_pay.iter_rows() if row[0].value == 1)
    assert [cell.value for cell in row] == [
        1,
        "=村股份经济合作社",
        PLAIN,
        "新昌农商银行",
        50000,
        rows.policy.name,
        FIVE,
    ]
    assert {cell.data_type for cell in row[1:4]} == {"s"}
    assert to_pay.cell(to_pay.max_row, 5).value == 50000
    assert missing.cell(missing.max_row, 5).value == float(Decimal("11000.01"))
    assert voucher_paper(state, rows.first).startswith(b"%PDF")


def test_an_account_confirmed_later_is_taken_up_once(rows):
    voucher = pay(rows)
    in_force(rows)
    assert [workflow.add_accounts(voucher, by=rows.first) for _ in range(2)] == [1, 0]
    other = voucher.entries.get(unit=FOUR)
    with pytest.raises(Exception, match="account in force"), transaction.atomic():
        Payout.objects.create(voucher=voucher, entry=other, account=PayeeAccount.objects.get())


def test_the_confirmation_names_voucher_villages_sum_and_account(rows, client):
    in_force(rows)
    client.force_login(rows.first)
    address = f"/policies/{rows.policy.pk}/disburse/"
    given = {"key": "one", "document": "拨付〔2026〕9号", "share": "100"}
    html = client.post(address, given).content.decode()
    assert [word in html for word in ("拨付〔2026〕9号", "61,000.01", rows.unit.name, "•••• 4567")] == [True] * 4
    in_force(rows, number="6222081204009999")  # replaced behind the page's back
    anew = client.post(address, given | {"confirmed": "1"})
    assert anew.status_code == 409
    assert client.post(address, given | {"confirmed": "1", "key": anew.context["key"]}).status_code == 302
    assert Voucher.objects.get().payouts.get().account.tail == "9999"


def test_an_account_of_a_merged_village_is_nothing_to_confirm(rows):
    account = workflow.propose_account(rows.unit, by=rows.first, **GIVEN)

    def to_confirm():
        return [todo for todo in entries(rows.second) if "/payees/" in str(todo.url)]

    assert len(to_confirm()) == 1
    Unit.objects.filter(pk=rows.unit.pk).update(ended=timezone.localdate())
    assert to_confirm() == []
    with pytest.raises(WrongState, match="撤并"):
        workflow.confirm_account(account, number=NUMBER, by=rows.second)
    workflow.decline_account(account, reason="已撤并", by=rows.second)
    told = Notice.objects.get(kind="payee_declined")
    assert (told.user, told.params["reason"], account.get_state_display()) == (rows.first, "已撤并", "不予使用")
    with pytest.raises(WrongState, match="撤并"):
        workflow.propose_account(rows.unit, by=rows.first, **GIVEN)
