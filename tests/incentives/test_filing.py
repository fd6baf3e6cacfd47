"""Opinion and filing before effect: who, when, and that they cannot be skipped."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.roles import Role
from followups import workflow as followups
from incentives import workflow
from incentives.models import RewardPolicy
from incentives.opinions import opinion_due
from incentives.workflow.actions import available
from notifications.models import Notice
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.clock import freeze_time
from tests.factories import COUNTY, VILLAGE, UnitFactory, person
from tests.incentives.conftest import BANDS, TODAY
from villages.models import Profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def today():
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


def verbs(user, source):
    return [action.verb for action in available(user, source)]


def kinds(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_the_whole_life(draft, finance, office):
    policy = draft()
    assert verbs(finance, policy) == ["revise", "seek_opinion"]
    assert verbs(office, policy) == []
    workflow.seek_opinion(policy, by=finance)
    assert (verbs(finance, policy), verbs(office, policy)) == ([], ["give_opinion"])
    assert kinds(office) == ["opinion.opened"]
    workflow.give_opinion(policy, agreed=True, number="新评办备〔2026〕3号", by=office)
    assert (policy.state, policy.filing_number) == ("filed", "新评办备〔2026〕3号")
    assert kinds(finance) == ["source_filed"]
    assert verbs(finance, policy) == ["take_back", "make_effective"]
    workflow.make_effective(policy, by=finance)
    assert (policy.state, policy.effective_by) == ("effective", finance)
    assert verbs(finance, policy) == ["grant"]


def test_an_opinion_may_send_it_back(draft, finance, office):
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    with pytest.raises(Incomplete):
        workflow.give_opinion(policy, agreed=False, by=office)
    workflow.give_opinion(policy, agreed=False, opinion="三星档次过低", by=office)
    assert (policy.state, policy.opinion) == ("draft", "三星档次过低")
    workflow.revise_policy(policy, by=finance, budget=Decimal(90000), bands=BANDS[:-1])
    policy.refresh_from_db()
    assert (policy.budget, policy.bands.count()) == (Decimal(90000), len(BANDS) - 1)


def test_a_filed_one_may_be_taken_back(draft, finance, office):
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    workflow.give_opinion(policy, agreed=True, number="备1", by=office)
    workflow.take_back(policy, by=finance, reason="预算调整")
    assert (policy.state, policy.filing_number) == ("draft", "")


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.FINANCE, "330681"),
        (Role.DISCIPLINE, COUNTY),
        (Role.COUNTY_OFFICE, COUNTY),
        (Role.CITY_OFFICE, "3306"),
        (Role.FILLER, VILLAGE),
    ],
)
def test_only_the_countys_finance_seeks_an_opinion(draft, role, code):
    with pytest.raises(NotAllowed):
        workflow.seek_opinion(draft(), by=person(role, code))


def test_only_the_countys_office_gives_it(draft, finance):
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    UnitFactory(code="330681")
    for other in (finance, person(Role.COUNTY_OFFICE, "330681"), person(Role.DISCIPLINE, COUNTY)):
        with pytest.raises(NotAllowed):
            workflow.give_opinion(policy, agreed=True, number="备1", by=other)


def test_no_step_out_of_turn(draft, effect, finance, office):
    policy = draft()
    for step in (
        lambda: workflow.give_opinion(policy, agreed=True, number="备1", by=office),
        lambda: workflow.make_effective(policy, by=finance),
        lambda: workflow.grant(policy, by=finance),
        lambda: workflow.take_back(policy, by=finance, reason="x"),
    ):
        with pytest.raises(WrongState):
            step()
    effect(policy)
    with pytest.raises(WrongState):
        workflow.revise_policy(policy, by=finance, budget=Decimal(1))
    with pytest.raises(WrongState):
        workflow.make_effective(policy, by=finance)


def test_whoever_sought_it_cannot_give_it(draft, finance, county):
    from accounts.authority import grant
    from accounts.models import Appointment, User

    grant([Appointment.objects.create(user=finance, role=Role.COUNTY_OFFICE, unit=county, starts="2020-01-01")])
    both = User.objects.get(pk=finance.pk)
    policy = draft()
    workflow.seek_opinion(policy, by=both)
    with pytest.raises(Incomplete):
        workflow.give_opinion(policy, agreed=True, number="备1", by=both)


def test_what_falls_in_no_band_stops_it_and_is_listed(draft, finance):
    policy = draft(bands=[band for band in BANDS if band[0] not in (0, 5)] + [(5, 0, 2000, Decimal(30000))])
    Profile.objects.filter(unit="330624108203").update(population=None)
    with pytest.raises(Incomplete) as refused:
        workflow.seek_opinion(policy, by=finance)
    assert sorted(refused.value.problems) == ["330624108201", "330624108203", "330624108204"]
    assert policy.state == "draft"


def test_a_clawback_needs_every_star_below(draft, finance):
    policy = draft(bands=[band for band in BANDS if band[0] != 1], clawback="difference")
    with pytest.raises(Incomplete) as refused:
        workflow.seek_opinion(policy, by=finance)
    assert len(refused.value.problems) == 4


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE incentives_rewardpolicy SET state = 'effective', effective_at = now(), effective_by_id = drafted_by_id",
        "UPDATE incentives_rewardpolicy SET state = 'filed', filing_number = '备1'",
        "UPDATE incentives_rewardpolicy SET state = 'filed', filing_number = '备1', opinion_at = now(), "
        "opinion_by_id = sought_by_id",
        "UPDATE incentives_rewardpolicy SET budget = 0",
        "UPDATE incentives_rewardpolicy SET coefficient = 2",
        "UPDATE incentives_rewardpolicy SET committed = 1",
        "UPDATE incentives_rewardband SET amount = 0",
        "DELETE FROM incentives_rewardband",
        "INSERT INTO incentives_rewardband (policy_id, star, band, amount) "
        "SELECT id, 8, '[0,)', 1 FROM incentives_rewardpolicy",
        "DELETE FROM incentives_rewardpolicy",
    ],
)
def test_sql_does_not_get_around_it(draft, finance, sql):
    workflow.seek_opinion(draft(), by=finance)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_bands_of_a_star_do_not_overlap(draft):
    with pytest.raises(DatabaseError), transaction.atomic():
        draft(bands=[(5, 0, 100, Decimal(1)), (5, 99, None, Decimal(2))])


def test_steps_leave_their_trail(draft, finance, office):
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    workflow.give_opinion(policy, agreed=False, opinion="再算", by=office)
    trail = [(event.state, event.pgh_context["user"]) for event in policy.history.order_by("pgh_id")]
    assert trail == [("draft", finance.pk), ("opinion_sought", finance.pk), ("draft", office.pk)]


def test_the_opinion_is_due_in_ten_working_days(draft, draft_fund, finance, office):
    for source in (draft(), draft_fund()):
        workflow.seek_opinion(source, by=finance)
        asked = opinion_due(source)
        assert (asked.state, asked.unit_id, asked.responsible_unit_id) == ("open", COUNTY, COUNTY)
        assert (asked.responsible_role, asked.link) == (Role.COUNTY_OFFICE, source.get_absolute_url())
        assert asked.until == "2026年12月8日24时"
        assert [step.verb for step in followups.available(office, asked)] == ["hand_on_followup"]


@pytest.mark.parametrize("given", [{"agreed": True, "number": "备1"}, {"agreed": False, "opinion": "再算"}])
def test_only_an_opinion_ends_the_duty(draft, finance, office, given):
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    asked = opinion_due(policy)
    with freeze_time("2026-12-09 08:00+08:00"):
        followups.escalate_late()
        policy.refresh_from_db()
        asked.refresh_from_db()
        assert (policy.state, asked.state, asked.is_late) == ("opinion_sought", "open", True)
        with pytest.raises(DatabaseError), transaction.atomic():
            RewardPolicy.objects.filter(pk=policy.pk).update(state="effective", effective_by=finance)
        workflow.give_opinion(policy, by=office, **given)
    asked.refresh_from_db()
    assert (asked.state, asked.closed_by, opinion_due(policy)) == ("done", office, None)


def test_each_time_it_is_sought_anew_it_is_due_anew(draft, finance, office):
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    workflow.give_opinion(policy, agreed=False, opinion="再算", by=office)
    with freeze_time("2026-12-09 08:00+08:00"):
        workflow.seek_opinion(policy, by=finance)
        assert opinion_due(policy).until == "2026年12月23日24时"
