"""What the bank paid against what was booked: every kind of difference, the sheet, explanations, scope."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from incentives import workflow
from incentives.models import BankPayment, Payout, Voucher
from incentives.payees.bank_list import write_bank_list
from incentives.reconciling.differences import Booked, DifferenceKind, Transfer, differences
from incentives.reconciling.statement import VoucherState
from incentives.todos import entries
from records.refusals import NotAllowed, WrongState
from records.workbooks import SheetRefused
from tests.clock import freeze_time
from tests.incentives.payees.conftest import FIVE, FOUR, GIVEN, NUMBER, PLAIN, THREE, in_force, pay
from villages.models import Unit

pytestmark = pytest.mark.django_db
HEADS = "区划代码,收款账号,金额,支付日期,流水号"
DAY = date(2026, 11, 20)


def sheet(*lines):
    return "\n".join([HEADS, *lines]).encode()


def imported(voucher, rows, *lines, name="回单.csv"):
    return workflow.import_statement(voucher, sheet(*lines), name=name, by=rows.first)


def found(voucher):
    return sorted((one.finding.value, one.paid - one.booked) for one in VoucherState(voucher).differences)


def paid(pk, line, amount, right=True):
    return Transfer(pk, line, Decimal(amount), DAY, right)


BOOKED = [Booked(1, Decimal(100), True)]
CASES = [
    ([], ["not_paid"]),
    ([paid(1, 1, 100)], ["paid"]),
    ([paid(1, 1, 60), paid(2, 1, 40)], ["paid"]),
    ([paid(1, 1, 99)], ["less"]),
    ([paid(1, 1, 101)], ["more"]),
    ([paid(1, 1, 100), paid(2, 1, 100)], ["twice"]),
    ([paid(1, 1, 100, False)], ["wrong_account"]),
    ([paid(1, 1, 90, False)], ["less", "wrong_account"]),
    ([paid(1, 1, 100), paid(2, None, 7)], ["paid", "unknown_unit"]),
]


@pytest.mark.parametrize(("transfers", "expected"), CASES)
def test_every_kind_of_difference(transfers, expected):
    assert [one.finding for one in differences(BOOKED, transfers, stated=True)] == expected


def test_nothing_is_missing_before_the_bank_has_said():
    without = Booked(2, Decimal(5), has_account=False)
    assert [one.finding for one in differences([*BOOKED, without], [], stated=False)] == [
        DifferenceKind.WAITS,
        DifferenceKind.NO_ACCOUNT,
    ]


amounts = st.integers(1, 500).map(lambda fen: Decimal(fen) / 100)
transfer_lines = st.lists(st.tuples(st.sampled_from([1, 2, 3, None]), amounts, st.booleans()), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(amounts, min_size=3, max_size=3), transfer_lines)
def test_the_sums_of_the_findings_are_what_was_booked_and_paid(sums, lines):
    booked = [Booked(number, amount, has_account=True) for number, amount in enumerate(sums, start=1)]
    transfers = [Transfer(pk, *line[:2], DAY, line[2]) for pk, line in enumerate(lines)]
    rows = differences(booked, transfers, stated=True)
    once = {one.line or -one.transfers[0].pk - 1: one for one in rows}
    assert sum(one.booked for one in once.values()) == sum(sums)
    assert sum(one.paid for one in once.values()) == sum(one.amount for one in transfers)
    right = {n for n, amount in enumerate(sums, start=1) if amount == sum(t.amount for t in transfers if t.line == n)}
    all_right = {n for n in right if all(t.right_account for t in transfers if t.line == n)}
    assert {one.line for one in rows if one.finding == DifferenceKind.PAID} == all_right


def test_a_statement_is_compared_explained_and_corrected(rows):
    in_force(rows)
    voucher = pay(rows)
    lines = [f"{FIVE},{PLAIN},40000,2026-11-20,A1", f"{FOUR},6222000011112222,10000,2026-11-20,A2"]
    lines.append("330681001201,6222000011113333,12.34,2026-11-20,A3")
    statement = imported(voucher, rows, *lines)
    assert imported(voucher, rows, *lines) == statement
    assert found(voucher) == [
        ("less", Decimal(-10000)),
        ("no_account", Decimal("-1000.01")),
        ("unknown_unit", Decimal("12.34")),
        ("wrong_account", Decimal(0)),
    ]
    voucher.refresh_from_db()
    assert (voucher.unexplained, [str(one.url) for one in entries(rows.first) if "voucher" in str(one.url)]) == (
        4,
        [f"/vouchers/{voucher.pk}/"],
    )
    less = next(one for one in VoucherState(voucher).differences if one.finding == "less")
    workflow.explain(voucher, less.key, text="银行退回一部分", by=rows.first)
    assert voucher.unexplained == 3
    workflow.correct(voucher.entries.get(unit=FIVE), amount=Decimal(10000), reason="退回", by=rows.first)
    voucher.refresh_from_db()
    assert (voucher.unexplained, Decimal(0) in [gap for kind, gap in found(voucher) if kind == "paid"]) == (3, True)
    workflow.correct(voucher.entries.get(unit=FIVE), amount=Decimal(1), reason="再退", by=rows.first)
    voucher.refresh_from_db()
    assert voucher.unexplained == 4
    with pytest.raises(WrongState):
        workflow.explain(voucher, less.key, text="不再有", by=rows.first)
    with pytest.raises(NotAllowed):
        workflow.explain(voucher, less.key, text="不再有", by=rows.elsewhere)
    workflow.withdraw_statement(statement, reason="传错了", by=rows.first)
    workflow.withdraw_statement(statement, reason="传错了", by=rows.first)  # a second click
    with pytest.raises(WrongState):
        workflow.withdraw_statement(statement, reason="另一个理由", by=rows.first)
    voucher.refresh_from_db()
    assert voucher.unexplained is None
    assert PLAIN not in str(BankPayment.objects.values_list())


def test_a_page_opened_before_does_not_replace_another_explanation(client, rows):
    in_force(rows)
    voucher = pay(rows)
    imported(voucher, rows, f"{FIVE},{PLAIN},40000,2026-11-20,A1")
    less = next(one for one in VoucherState(voucher).differences if one.finding == "less")
    client.force_login(rows.first)
    address = reverse("voucher-explain", args=[voucher.pk])
    stale = {"difference": less.key, "text": "另一个说法", "seen": "0"}
    for _click in range(2):
        assert client.post(address, stale | {"text": "分两笔"}).status_code == 302
    refused = client.post(address, stale)
    assert (refused.status_code, "刚才已作说明" in refused.text, ">另一个说法</textarea>" in refused.text) == (
        409,
        True,
        True,
    )
    assert [one.text for one in voucher.explanations.all()] == ["分两笔"]
    assert client.post(address, stale | {"seen": str(voucher.explanations.get().pk)}).status_code == 302


def test_a_sheet_with_errors_is_refused_whole(rows):
    voucher = pay(rows)
    imported(voucher, rows, f"{FIVE},{PLAIN},1,2026-11-20,A1")
    wrong = [
        f"{FIVE},12,50000,2026-11-20,B1",
        f"{FIVE},{PLAIN},-5,2026-12-01,B2",
        f"{FIVE},{PLAIN},0.001,,A1",
        f"{FOUR},{PLAIN},7,2026-11-20,B2",
    ]
    with pytest.raises(SheetRefused) as refused:
        imported(voucher, rows, *wrong)
    assert [(one.row, one.column) for one in refused.value.problems] == [
        (2, "B"),
        (3, "C"),
        (3, "D"),
        (4, "C"),
        (4, "D"),
        (4, "E"),
        (5, "E"),
    ]
    assert BankPayment.objects.count() == 1


def test_an_account_that_cannot_be_read_is_not_on_the_list(rows, settings):
    in_force(rows)
    voucher = pay(rows)
    before = VoucherState(voucher)
    assert [line.unit.code for line in before.listed] == [FIVE]
    missing = len(before.without_account)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", []
    after = VoucherState(voucher)
    assert (after.listed, len(after.without_account)) == ([], missing + 1)
    in_force(rows)
    workflow.add_accounts(voucher, by=rows.first)
    assert [line.account.number for line in VoucherState(voucher).listed] == [PLAIN]


def test_the_pages_of_a_voucher(rows, client):
    in_force(rows)
    voucher = pay(rows)
    client.force_login(rows.first)
    address = f"/vouchers/{voucher.pk}/"
    taken = client.post(f"{address}bank-list/")
    voucher.refresh_from_db()
    assert (taken["Cache-Control"], voucher.listed_by) == ("private, no-store", rows.first)
    upload = io.BytesIO(sheet(f",{NUMBER},50000,2026-11-20,A1", f"{THREE},62220000,9,2026-11-21,A2"))
    upload.name = "回单.csv"
    assert client.post(f"{address}statement/", {"sheet": upload}).status_code == 302
    page = client.get(address)
    shown = [(row.finding, row.difference.paid) for row in page.context["page"].differing]
    assert sorted(paid for _finding, paid in shown) == [Decimal(0), Decimal(9), Decimal(9)]
    assert (PLAIN in page.content.decode(), "•••• 0000" in page.content.decode()) == (False, True)
    key = page.context["page"].differing[0].difference.key
    assert client.post(f"{address}explain/", {"difference": key, "text": ""}).status_code == 409
    gone = client.post(f"{address}explain/", {"difference": "gone", "text": "已电话核实"})
    assert [gone.status_code, gone.context["written"]] == [409, ["已电话核实"]]
    assert client.post(f"{address}explain/", {"difference": key, "text": "已电话核实"}).status_code == 302
    assert client.get(f"{address}?as=xlsx").status_code == 200
    assert client.get(f"{address}paper.pdf").status_code == 200
    assert client.get("/vouchers/?open=1").context["page"].object_list[0] == voucher
    client.force_login(rows.elsewhere)
    assert client.get(address).status_code == 404
    assert list(client.get("/vouchers/").context["page"]) == []


def test_after_a_merger_the_successor_is_paid(rows):
    in_force(rows)
    four = rows.policy.lines.get(unit=FOUR)
    type(four).objects.filter(pk=four.pk).update(passed_to=Unit.objects.get(code=FIVE))
    voucher = pay(rows)
    assert voucher.payouts.count() == 2
    imported(voucher, rows, f"{FIVE},{PLAIN},10000,2026-11-20,A1", f"{FIVE},{PLAIN},50000,2026-11-20,A2")
    assert [kind for kind, _gap in found(voucher)] == ["no_account", "paid", "paid"]
    assert (Voucher.objects.count(), GIVEN["bank"]) == (1, "新昌农商银行")


def listed(voucher):
    state = VoucherState(voucher)
    return [[(line.unit.code, line.due) for line in lines] for lines in (state.listed, state.replaced)]


def test_the_bank_is_asked_for_what_it_has_not_paid(rows):
    in_force(rows)
    voucher = pay(rows)
    imported(voucher, rows, f"{FIVE},{PLAIN},40000,2026-11-20,A1")
    assert listed(voucher) == [[(FIVE, Decimal(10000))], []]
    imported(voucher, rows, f"{FIVE},{PLAIN},10000,2026-11-21,A2")
    assert listed(voucher) == [[], []]


def test_nothing_is_listed_to_an_account_that_was_replaced(rows):
    in_force(rows)
    voucher = pay(rows)
    in_force(rows, number="6222081204009999")
    assert listed(voucher) == [[], [(FIVE, Decimal(50000))]]
    out = io.BytesIO()
    write_bank_list(VoucherState(voucher), out)
    assert [sheet.max_row for sheet in load_workbook(out)] == [4, 7, 6]
    assert [workflow.add_accounts(voucher, by=rows.first) for _ in range(2)] == [1, 0]
    assert listed(voucher) == [[(FIVE, Decimal(50000))], []]
    before = imported(voucher, rows, f",{PLAIN},50000,2026-11-24,A1")  # by the list that was taken before
    assert found(voucher)[-1] == ("paid", Decimal(0))
    workflow.withdraw_statement(before, reason="银行退回", by=rows.first)
    with freeze_time("2026-11-25 10:00+08:00"):
        late = imported(voucher, rows, f",{PLAIN},50000,2026-11-25,A1")
    assert found(voucher)[-1] == ("wrong_account", Decimal(0))
    workflow.withdraw_statement(late, reason="银行退回", by=rows.first)
    imported(voucher, rows, f"{FIVE},6222081204009999,40000,2026-11-20,A1")
    in_force(rows)
    assert listed(voucher) == [[], [(FIVE, Decimal(10000))]]


def test_a_new_account_takes_the_rest_of_what_was_partly_paid(rows):
    in_force(rows)
    voucher = pay(rows)
    imported(voucher, rows, f"{FIVE},{PLAIN},40000,2026-11-20,A1")
    in_force(rows, number="6222081204009999")
    assert [workflow.add_accounts(voucher, by=rows.first) for _ in range(2)] == [1, 0]
    assert listed(voucher) == [[(FIVE, Decimal(10000))], []]
    imported(voucher, rows, f"{FIVE},6222081204009999,10000,2026-11-21,A2")
    assert (found(voucher)[-1], listed(voucher)) == (("paid", Decimal(0)), [[], []])
    third = in_force(rows)
    assert workflow.add_accounts(voucher, by=rows.first) == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        Payout.objects.create(voucher=voucher, entry=voucher.entries.get(unit=FIVE), account=third)


def test_a_statement_imported_again_knows_the_account_of_the_earlier_list(rows):
    in_force(rows)
    voucher = pay(rows)
    first = imported(voucher, rows, f"{FIVE},{PLAIN},40000,2026-11-20,A1")
    in_force(rows, number="6222081204009999")
    workflow.add_accounts(voucher, by=rows.first)
    workflow.withdraw_statement(first, reason="传错了", by=rows.first)
    imported(voucher, rows, f"{FIVE},{PLAIN},40000,2026-11-20,A1", f"{FIVE},6222081204009999,10000,2026-11-24,A2")
    assert found(voucher)[-1] == ("paid", Decimal(0))
    in_force(rows, number="6222081204008888")
    assert found(voucher)[-1] == ("paid", Decimal(0))


def test_the_account_of_a_village_that_is_gone_is_right_until_the_order(rows):
    in_force(rows)
    voucher = pay(rows)
    four = Unit.objects.get(code=FOUR)
    rows.policy.lines.filter(unit=FIVE).update(passed_to=four)
    Unit.objects.filter(code=FIVE).update(ended=date(2026, 11, 22))
    rows.unit = four
    in_force(rows, number="6222081204009999")
    workflow.add_accounts(voucher, by=rows.first)
    with freeze_time("2026-11-25 10:00+08:00"):
        for on, kind in (("2026-11-21", "paid"), ("2026-11-22", "wrong_account")):
            statement = imported(voucher, rows, f",{PLAIN},50000,{on},A1")
            assert found(voucher)[-1] == (kind, Decimal(0))
            workflow.withdraw_statement(statement, reason="传错了", by=rows.first)


def test_a_payout_belongs_to_the_voucher_of_its_payment(rows):
    voucher = pay(rows)
    entry, account = voucher.entries.get(unit=FIVE), in_force(rows)
    other = Voucher.objects.create(
        unit_id=voucher.unit_id, policy=voucher.policy, key="other", document="凭2", by=rows.first, at=voucher.at
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Payout.objects.create(voucher=other, entry=entry, account=account)
    Payout.objects.create(voucher=voucher, entry=entry, account=account)


def test_an_account_taken_up_after_the_statement_is_the_right_one(rows):
    voucher = pay(rows)
    imported(voucher, rows, f"{FIVE},{PLAIN},50000,2026-11-20,A1")
    voucher.refresh_from_db()
    assert voucher.unexplained == 3
    in_force(rows)
    assert workflow.add_accounts(voucher, by=rows.first) == 1
    voucher.refresh_from_db()
    assert (voucher.unexplained, found(voucher)[-1]) == (2, ("paid", Decimal(0)))


def test_two_payments_of_one_unit_are_told_apart_over_two_sheets(rows):
    in_force(rows)
    four = rows.policy.lines.get(unit=FOUR)
    type(four).objects.filter(pk=four.pk).update(passed_to=Unit.objects.get(code=FIVE))
    equal = {line.pk: Decimal(7000) for line in rows.policy.lines.filter(unit__in=[FIVE, FOUR])}
    workflow.disburse(rows.policy, by=rows.first, key="k", document="拨付1号", payments=equal)
    voucher = Voucher.objects.get()
    for number in (1, 2):
        imported(voucher, rows, f"{FIVE},{PLAIN},7000,2026-11-20,A{number}")
    assert found(voucher) == [("paid", Decimal(0)), ("paid", Decimal(0))]
