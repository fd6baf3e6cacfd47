"""The award of a round: paid by the county's finance to those named, and claimed back when the star falls."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from honours import todos
from honours.integrity import award_faults
from honours.models import RoundAward
from honours.workflow import awards
from incentives import workflow as money
from incentives.models import Clawback, LedgerEntry
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.workflow import event as events
from records.integrity import Fault
from records.refusals import NotAllowed, WrongState
from tests.factories import COUNTY, VILLAGE, UnitFactory
from tests.honours.conftest import named, opened

pytestmark = pytest.mark.django_db


def in_effect(who, round):
    policy = awards.draft_award(round, UnitFactory(code=COUNTY), by=who.finance)
    money.seek_opinion(policy, by=who.finance)
    money.give_opinion(policy, agreed=True, number="备〔2026〕9号", by=who.county)
    money.make_effective(policy, by=who.finance)
    return policy


def test_the_award_goes_once_to_those_named_and_comes_back_when_the_star_falls(who, clock):
    round = opened(who)
    one = named(who, clock, round)
    policy = in_effect(who, round)
    assert policy.budget == Decimal(500000)
    (line,) = money.grant(policy, by=who.finance)
    assert (line.unit_id, line.amount) == (VILLAGE, Decimal(500000))
    with pytest.raises(WrongState):
        money.grant(policy, by=who.finance)
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                reward=line,
                unit_id=VILLAGE,
                kind="disburse",
                amount=line.amount,
                key="1",
                by=who.finance,
                at=one.nominated_at,
            )
        ]
    )
    events.record(Happening(UnitFactory(code=VILLAGE), "case_opened", date(2026, 3, 11)), by=who.discipline, sure=True)
    claim = Clawback.objects.get()
    one.refresh_from_db()
    assert (one.state, claim.star, claim.amount) == ("revoked", 3, Decimal(500000))


def test_an_award_that_can_never_be_paid_is_listed(who, clock):
    round = opened(who)
    named(who, clock, round)
    policy = awards.draft_award(round, UnitFactory(code=COUNTY), by=who.finance)
    money.revise_policy(policy, by=who.finance, budget=Decimal(100))
    assert list(award_faults()) == []
    money.seek_opinion(policy, by=who.finance)
    row = f"incentives_rewardpolicy {policy.pk}"
    assert list(award_faults()) == [Fault(row, "a budget of 500000.00 or more", "a budget of 100.00")]
    money.give_opinion(policy, agreed=False, opinion="预算不足", by=who.county)
    money.revise_policy(policy, by=who.finance, budget=Decimal(500000))
    money.seek_opinion(policy, by=who.finance)
    assert list(award_faults()) == []


def to_draft(user) -> list[str]:
    return [str(one.title) for one in todos.entries(user) if "示范村" in str(one.title)]


def test_finance_drafts_the_award_once_the_villages_are_named(who, clock):
    round = opened(who)
    with pytest.raises(WrongState):
        awards.draft_award(round, UnitFactory(code=COUNTY), by=who.finance)
    assert to_draft(who.finance) == []
    named(who, clock, round)
    assert Notice.objects.filter(user=who.finance, kind="award_payable").count() == 1
    assert to_draft(who.finance) == ["“2026年县级示范村”已命名：请拟订奖励政策"]
    assert to_draft(who.county) == []
    awards.draft_award(round, UnitFactory(code=COUNTY), by=who.finance)
    assert to_draft(who.finance) == []


def test_each_county_drafts_the_award_once_and_for_itself(who, clock):
    round = opened(who)
    named(who, clock, round)
    policy = awards.draft_award(round, UnitFactory(code=COUNTY), by=who.finance)
    with pytest.raises(WrongState):
        awards.draft_award(round, UnitFactory(code=COUNTY), by=who.finance)
    with pytest.raises(NotAllowed):
        awards.draft_award(round, UnitFactory(code=COUNTY), by=who.county)
    other = UnitFactory(code="330681")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        RoundAward.objects.create(round=round, county=other, policy=policy)
