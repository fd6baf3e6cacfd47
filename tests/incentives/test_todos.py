"""Who has which to-dos: the next step first."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.roles import Role
from incentives import workflow
from incentives.todos import entries
from incentives.turns import turn_of
from incentives.workflow.actions import available
from ratings.register.rerating import rerate
from records.refusals import WrongState
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import COUNTY, EventFactory, SchemeFactory, UnitFactory, person
from tests.incentives.conftest import TODAY, hold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


def urls(user):
    return [todo.url for todo in entries(user)]


def test_each_step_waits_for_the_one_who_takes_it(draft, finance, office, django_assert_max_num_queries):
    policy = draft()
    page = f"/policies/{policy.pk}/"
    assert (urls(finance), urls(office)) == ([page], [])
    workflow.seek_opinion(policy, by=finance)
    assert (urls(finance), urls(office)) == ([], [page])
    workflow.give_opinion(policy, agreed=True, number="备1", by=office)
    assert (urls(finance), urls(office)) == ([page], [])
    workflow.make_effective(policy, by=finance)
    assert urls(finance) == [page]
    workflow.grant(policy, by=finance)
    with django_assert_max_num_queries(2):
        assert urls(finance) == [page]
    workflow.disburse(policy, by=finance, key="1", document="凭1")
    assert urls(finance) == []


def test_a_late_opinion_stands_with_both(draft, finance, office):
    policy = draft()
    page = f"/policies/{policy.pk}/"
    workflow.seek_opinion(policy, by=finance)
    assert [(todo.url, todo.until, todo.urgent) for todo in entries(office)] == [
        (page, "2026年12月8日24时（还剩14天）", False)
    ]
    with freeze_time("2026-12-09 00:00+08:00"):
        assert [(todo.url, todo.urgent, todo.days_word) for todo in entries(office)] == [(page, True, "天已超期")]
        assert [(todo.title, todo.urgent) for todo in entries(finance)] == [
            ("意见逾期未出具：2025年度星级村奖励", True)
        ]


def test_nothing_waits_for_others(draft, draft_fund, finance):
    draft(), draft_fund()
    assert len(urls(finance)) == 2
    assert urls(person(Role.DISCIPLINE, COUNTY)) == []


def test_finance_is_not_told_to_pay_what_is_frozen(granted, finance):
    policy = granted()
    page = f"/policies/{policy.pk}/"
    policy.lines.exclude(unit="330624108203").update(frozen=True)
    assert urls(finance) == [page]
    workflow.disburse(policy, by=finance, key="1", document="凭1")
    policy.refresh_from_db()
    assert policy.committed > policy.disbursed
    assert (urls(finance), [action.verb for action in available(finance, policy)]) == ([], [])
    assert turn_of(policy).step.verb == "settle"
    policy.lines.filter(unit="330624108202").update(frozen=False)
    assert urls(finance) == [page]


def test_the_turn_begins_on_the_reckoning_day(draft, effect):
    policy = effect(draft(reckoning_day=date(2026, 12, 1)))
    assert (turn_of(policy).step.verb, turn_of(policy).since) == ("grant", date(2026, 12, 1))
    with freeze_time("2026-12-01 00:00+08:00"):
        assert (turn_of(policy).step.verb, turn_of(policy).since) == ("grant", None)


def test_nothing_is_to_be_committed_where_nobody_holds_a_star(county, draft, draft_fund, effect, finance):
    """Any more: while somebody does, it is to be committed."""
    unit = UnitFactory(code="330624108204")
    hold(unit, 5, since=date(2026, 1, 1), until=date(2026, 2, 1))
    sources = [effect(make(reckoning_day=date(2026, 1, 10))) for make in (draft, draft_fund)]
    assert len(urls(finance)) == 2
    unit.star_periods.update(superseded_at=timezone.now())
    page = client_of(finance).get(sources[0].get_absolute_url()).content.decode()
    assert (urls(finance), "还没有可以核定的单位" in page) == ([], True)
    for source in sources:
        assert (turn_of(source), available(finance, source)) == (None, [])
        with pytest.raises(WrongState):
            workflow.grant(source, by=finance)


def test_a_clawback_of_what_is_paid_is_finances_turn(county, granted, finance):
    SchemeFactory(unit=county, year=2026)
    policy = granted(clawback="difference")
    workflow.disburse(policy, by=finance, key="1", document="凭1")
    policy.refresh_from_db()
    assert turn_of(policy) is None
    EventFactory(unit_id="330624108201", kind="spot_check_failed", on=date(2026, 10, 1))
    rerate(["330624108201"])
    policy.refresh_from_db()
    (listed,) = type(policy).objects.with_facts()
    assert [(turn_of(one).who, str(turn_of(one).step.label)) for one in (policy, listed)] == [
        ("财政", "处理追回事项")
    ] * 2


@pytest.mark.parametrize(
    ("paid", "asks"),
    [
        ("50000", "由五星降为四星，是否追回“2025年度星级村奖励”已拨的30,000.00元？"),
        ("0", "由五星降为四星，“2025年度星级村奖励”未拨的30,000.00元是否不再拨付？"),
    ],
)
def test_what_may_come_back_is_asked_once_of_what_how_much_and_why(
    county, granted, finance, paid, asks, django_assert_max_num_queries
):
    SchemeFactory(unit=county, year=2026)
    policy = granted(clawback="difference")
    line = policy.lines.get(unit="330624108201")
    if Decimal(paid):
        workflow.disburse(policy, by=finance, key="1", document="凭1", payments={line.pk: Decimal(paid)})
    EventFactory(unit=line.unit, kind="spot_check_failed", on=date(2026, 10, 1))
    rerate([line.unit_id])
    assert finance.posts  # which every page has asked for
    with django_assert_max_num_queries(2):
        asked = [todo for todo in entries(finance) if todo.urgent]
    assert [(todo.title, todo.detail) for todo in asked] == [(line.unit.name + asks, "2026年10月1日起，降1星")]
    assert entries(person(Role.COUNTY_OFFICE, COUNTY)) == []
