"""Granting, disbursing, correcting: budget ≥ committed ≥ disbursed at all times, nothing twice."""

from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.roles import Role
from incentives import workflow
from incentives.ledger_integrity import faults
from incentives.models import LedgerEntry, RewardPolicy, Voucher
from notifications.models import Notice
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import COUNTY, person
from tests.incentives.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def today():
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


def amounts(source):
    return {line.unit_id[-3:]: line.amount for line in source.lines.all()}


def totals(source):
    source.refresh_from_db()
    return source.committed, source.disbursed


def test_rewards_are_table_times_coefficient(granted):
    policy = granted(coefficient=Decimal("0.5"))
    assert amounts(policy) == {
        "201": Decimal("25000.00"),
        "202": Decimal("5000.00"),
        "203": Decimal("500.01"),
        "204": Decimal("0.00"),
    }
    assert totals(policy) == (Decimal("30500.01"), 0)
    assert LedgerEntry.objects.of(policy).count() == 3


def test_the_village_is_told(draft, effect, finance):
    filler = person(Role.FILLER, "330624108202")
    workflow.grant(effect(draft()), by=finance)
    notice = Notice.objects.get(user=filler)
    assert (notice.kind, notice.params["amount"]) == ("money_granted", "10000.00")


def test_a_fund_is_allocated_to_the_fen(draft_fund, effect, finance):
    fund = effect(draft_fund())
    workflow.grant(fund, by=finance)
    assert sum(amounts(fund).values()) == Decimal("100000.01")
    # Weights 2 × 2000, 1.5 × 800, 1 × 1000 of 6200.
    assert amounts(fund) == {"201": Decimal("64516.14"), "202": Decimal("19354.84"), "203": Decimal("16129.03")}
    assert totals(fund) == (Decimal("100000.01"), 0)


def test_a_fund_that_cannot_keep_its_limits_says_so(draft_fund, finance):
    with pytest.raises(Incomplete, match=r"10,000\.01元"):
        workflow.seek_opinion(draft_fund(at_most=Decimal(30000)), by=finance)


def test_grants_are_made_once_and_not_before_the_day(draft, effect, granted, finance):
    policy = granted()
    with pytest.raises(WrongState):
        workflow.grant(policy, by=finance)
    assert policy.lines.count() == 4


def test_not_before_the_reckoning_day(draft, effect, finance):
    with freeze_time("2026-02-28 23:59+08:00"):
        policy = effect(draft())
        with pytest.raises(WrongState):
            workflow.grant(policy, by=finance)
    with freeze_time("2026-03-01 00:01+08:00"):
        workflow.grant(policy, by=finance)


def test_a_budget_too_small_is_said(draft, effect, finance):
    policy = effect(draft(budget=Decimal(61000)))
    with pytest.raises(Incomplete, match=r"0\.01"):
        workflow.grant(policy, by=finance)
    assert policy.lines.count() == 0


def test_instalments(granted, finance):
    policy = granted()
    line = policy.lines.get(unit="330624108201")
    workflow.disburse(policy, by=finance, key="1", document="凭1", payments={line.pk: Decimal("20000.50")})
    assert totals(policy) == (Decimal("61000.01"), Decimal("20000.50"))
    workflow.disburse(policy, by=finance, key="2", document="凭2")
    assert totals(policy) == (Decimal("61000.01"), Decimal("61000.01"))
    with pytest.raises(WrongState):
        workflow.disburse(policy, by=finance, key="3", document="凭3")


def test_the_same_click_twice_pays_once(granted, finance):
    policy = granted()
    first = workflow.disburse(policy, by=finance, key="1", document="凭1")
    assert workflow.disburse(policy, by=finance, key="1", document="凭1") == first
    assert totals(policy) == (Decimal("61000.01"), Decimal("61000.01"))


def test_a_county_uses_a_voucher_number_once_a_year(granted, draft_fund, effect, finance):
    policy, fund = granted(), effect(draft_fund(budget=Decimal(90)))
    workflow.grant(fund, by=finance)
    line = policy.lines.get(unit="330624108202")
    workflow.disburse(policy, by=finance, key="1", document="凭1", payments={line.pk: Decimal(1)})
    for source, key in ((policy, "2"), (fund, "1")):
        with pytest.raises(Incomplete) as refused:
            workflow.disburse(source, by=finance, key=key, document="凭1")
        assert refused.value.problems == {"document": "凭证号凭1在2026年已经用过，请换一个凭证号。"}
    page = client_of(finance).post(f"/funds/{fund.pk}/disburse/", {"key": "3", "document": "凭1", "share": "50"})
    assert (page.status_code, "已经用过" in page.content.decode()) == (400, True)
    one = Voucher.objects.get()
    with pytest.raises(IntegrityError, match="used already"), transaction.atomic():
        Voucher.objects.create(unit=one.unit, fund=fund, key="x", document="凭1", by=finance, at=one.at)
    with freeze_time("2027-01-01 00:00+08:00"):
        workflow.disburse(fund, by=finance, key="2", document="凭1")


@pytest.mark.parametrize("amount", ["0", "-1", "50000.01", "0.001"])
def test_wrong_amounts_are_named(granted, finance, amount):
    policy = granted()
    line = policy.lines.get(unit="330624108201")
    with pytest.raises(Incomplete) as refused:
        workflow.disburse(policy, by=finance, key="1", document="凭1", payments={line.pk: Decimal(amount)})
    assert list(refused.value.problems) == [str(line.pk)]


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.DISCIPLINE, Role.DEPARTMENT])
def test_others_do_not_pay(granted, role):
    with pytest.raises(NotAllowed):
        workflow.disburse(granted(), by=person(role, COUNTY), key="1", document="凭1")


def test_a_correction_goes_the_other_way(granted, finance):
    policy = granted()
    line = policy.lines.get(unit="330624108201")
    (entry,) = workflow.disburse(policy, by=finance, key="1", document="凭1", payments={line.pk: Decimal(100)})
    with pytest.raises(Incomplete):
        workflow.correct(entry, amount=Decimal("100.01"), reason="错付", by=finance)
    back = workflow.correct(entry, amount=Decimal(40), reason="错付", by=finance)
    act = LedgerEntry.pgh_event_model.objects.get(pgh_obj_id=back.pk).pgh_context
    assert (act["verb"], act["user"], act["reason"]) == ("correct", finance.pk, "错付")
    with pytest.raises(Incomplete):
        workflow.correct(entry, amount=Decimal(61), reason="错付", by=finance)
    assert totals(policy) == (Decimal("61000.01"), Decimal(60))
    with pytest.raises(NotAllowed):
        workflow.correct(entry, amount=Decimal(1), reason="错付", by=person(Role.DISCIPLINE, COUNTY))


def insert(line, kind, amount, key="sql"):
    columns = "reward_id, unit_id, kind, amount, key, document, reason, by_id, at"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"insert into incentives_ledgerentry ({columns}) "
            "select l.id, l.unit_id, %s, %s, %s, '', '', p.drafted_by_id, %s "
            "from incentives_reward l join incentives_rewardpolicy p on p.id = l.policy_id where l.id = %s",
            [kind, amount, key, timezone.now(), line.pk],
        )


def test_sql_cannot_overdraw(granted, finance):
    line = granted().lines.get(unit="330624108201")
    for kind, amount in [("disburse", "50000.01"), ("commit", "0.01"), ("clawback", "0.01"), ("disburse", "-1")]:
        with pytest.raises(DatabaseError):
            insert(line, kind, amount)
    insert(line, "disburse", "50000.00")
    with pytest.raises(DatabaseError):
        insert(line, "disburse", "0.01", "again")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE incentives_ledgerentry SET amount = amount + 1",
        "DELETE FROM incentives_ledgerentry",
        "UPDATE incentives_reward SET disbursed = disbursed + 1",
        "UPDATE incentives_reward SET amount = amount + 1",
        "UPDATE incentives_rewardpolicy SET committed = committed - 1",
        "DELETE FROM incentives_reward",
    ],
)
def test_sql_cannot_rewrite_the_past(granted, sql):
    granted()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_nothing_is_paid_before_effect_or_when_frozen(granted, finance):
    line = granted().lines.get(unit="330624108201")
    type(line).objects.filter(pk=line.pk).update(frozen=True)
    with pytest.raises(DatabaseError):
        insert(line, "disburse", "1")
    with pytest.raises(Incomplete):
        workflow.disburse(line.source, by=finance, key="1", document="凭1", payments={line.pk: Decimal(1)})


def test_the_ledger_is_checked(granted, finance):
    workflow.disburse(granted(), by=finance, key="1", document="凭1")
    assert list(faults()) == []


def test_a_fault_of_the_ledger_is_found(granted):
    policy = granted()
    with pgtrigger.ignore("incentives.RewardPolicy:totals_move_by_ledger"):
        RewardPolicy.objects.update(committed=policy.committed - 1)
    assert [fault.row for fault in faults()] == [f"incentives_rewardpolicy {policy.pk}"]
