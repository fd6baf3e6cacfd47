"""Money when units are merged or split: what is open goes to the successor, to the fen."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import Role
from incentives import workflow
from incentives.models import Clawback, GrantLine, Reward
from incentives.prospects import allocations, rewards
from ratings.register.rerating import rerate
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import ProfileFactory, person
from tests.incentives.conftest import TODAY
from villages.workflow import OrderPaper, SplitPart, merge, split

pytestmark = pytest.mark.django_db

FIVE, FOUR, THREE, NEW = "330624108201", "330624108202", "330624108203", "330624108290"
PAPER = OrderPaper("新政〔2026〕8号", date(2026, 11, 20), "并村")


@pytest.fixture(autouse=True)
def today():
    with freeze_time(f"{TODAY} 10:00+08:00"):
        yield


def line(source, code) -> GrantLine:
    return source.lines.get(unit=code)


def test_the_register_of_the_county_is_as_recomputed(county):
    assert not rerate("")


def test_open_lines_pass_and_are_paid_to_the_successors_people(granted, finance, office):
    policy = granted()
    before = policy.committed
    order = merge([FIVE, FOUR], SplitPart(NEW, "并村"), PAPER, by=office)
    assert {line(policy, code).passed_to_id for code in (FIVE, FOUR)} == {NEW}
    policy.refresh_from_db()
    assert policy.committed == before
    told = [one["text"] for one in order.consequences if one["unit"] == FIVE]
    assert told == [f"“{policy.name}”：已定 50,000.00 元，其中 50,000.00 元未拨付，转由并村承接。"]
    filler = person(Role.FILLER, NEW)
    assert set(Reward.objects.seen_by(filler).values_list("unit", flat=True)) == {FIVE, FOUR}
    client = client_of(filler)
    assert policy.name in client.get(reverse("unit-money")).content.decode()


def test_a_fall_by_merger_makes_a_proposal_for_the_higher_one_alone(granted, finance, office):
    """FIVE's money came with five stars; since the merger four are held: the difference is claimed back by proposal."""
    policy = granted(clawback="difference")
    workflow.disburse(policy, by=finance, key="1", document="凭1")
    merge([FIVE, FOUR], SplitPart(NEW, "并村"), PAPER, by=office)
    proposal = Clawback.objects.get()
    assert (proposal.unit_id, proposal.star, proposal.amount) == (FIVE, 4, Decimal("30000.00"))
    workflow.confirm_clawback(proposal, by=finance)
    assert line(policy, FIVE).disbursed == Decimal("20000.00")


def test_what_is_granted_later_counts_the_star_the_successor_began_with(draft, county, office):
    policy = draft()
    merge([FIVE, FOUR], SplitPart(NEW, "并村"), PAPER, by=office)
    ProfileFactory(unit_id=NEW, unit=None, year=2025, population=2800)
    stars = {prospect.unit.code: prospect.star for prospect in rewards(policy)}
    assert FIVE not in stars
    assert stars[NEW] == 4


def test_planned_sums_pass_on_like_lines(draft_fund, effect, finance, office):
    """Of two merged villages to the successor, of a split one that continues to the part that takes what is open."""
    fund = draft_fund(planned={FIVE: Decimal(300), FOUR: Decimal(200), THREE: Decimal(100)})
    effect(fund)
    merge([FIVE, FOUR], SplitPart(NEW, "并村"), PAPER, by=office)
    parts = [SplitPart(THREE, "原村"), SplitPart("330624108291", "新村")]
    split(THREE, parts, "330624108291", PAPER, by=office)
    lines = workflow.grant(fund, by=finance)
    assert [(line.unit_id, line.amount) for line in lines] == [(NEW, Decimal(500)), ("330624108291", Decimal(100))]


def test_a_plan_written_after_an_order_means_what_it_says(draft_fund, office):
    parts = [SplitPart(THREE, "原村"), SplitPart("330624108291", "新村")]
    split(THREE, parts, "330624108291", PAPER, by=office)
    fund = draft_fund(planned={THREE: Decimal(100)})
    assert [(one.unit.code, one.amount) for one in allocations(fund)] == [(THREE, Decimal(100))]
