"""Recording, closing and releasing events, settling proposals: who may and may not, when, and the consequences."""

from datetime import date

import pytest

from accounts.models import User
from accounts.roles import Role
from followups.models import FollowUp
from followups.workflow import escalate_late
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.events.proposals import to_settle
from ratings.models import Event, Proposal, StarPeriod
from ratings.register.rerating import rerate
from ratings.signals import decisions_confirmed
from ratings.workflow.event import close, record, release, reverse_effects, settle
from ratings.workflow.proposal_deadlines import follow
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    DecisionFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
NOW = "2026-06-15 10:00:00+08:00"


@pytest.fixture(autouse=True)
def _today(village):
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def village(db):
    """Of five stars."""
    SchemeFactory(year=2026)
    village = UnitFactory(code=VILLAGE)
    DecisionFactory(unit=village, star=5)
    rerate("")
    return village


@built_once(at=NOW)
def discipline(db):
    return person(Role.DISCIPLINE, COUNTY)


def today():
    period = StarPeriod.objects.on().get(unit=VILLAGE)
    return period.star, period.effects


def test_an_event_acts_at_once(village, discipline):
    event = record(Happening(village, "case_opened", DAY, note="立案", source="新纪1号"), by=discipline)
    assert today() == (3, ["cap:3"])
    history = event.history.get(pgh_label="insert")
    assert (history.pgh_context["user"], history.pgh_context["verb"]) == (discipline.pk, "record_event")


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.COUNTY_OFFICE, COUNTY),
        (Role.TOWNSHIP_LEADER, TOWNSHIP),
        (Role.SIGNER, VILLAGE),
        (Role.DISCIPLINE, "330681"),
    ],
)
def test_nobody_else_may_record_close_or_release(village, discipline, role, place):
    by = person(role, place)
    event = record(Happening(village, "case_opened", DAY, held=True), by=discipline)
    for step in (
        lambda: record(Happening(village, "case_opened", DAY), by=by),
        lambda: close(event, on=DAY, by=by, reason="已整改"),
        lambda: release(event, by=by),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert list(Event.objects.values_list("closed", "held")) == [(None, True)]


@pytest.mark.parametrize(("kind", "on", "field"), [("case_opened", date(2026, 6, 16), "on"), ("unheard", DAY, "kind")])
def test_what_cannot_be_recorded(village, discipline, kind, on, field):
    with pytest.raises(Incomplete) as refused:
        record(Happening(village, kind, on), by=discipline)
    assert list(refused.value.problems) == [field]


def test_an_event_is_recorded_once_but_two_sources_are_two_events(village, discipline):
    record(Happening(village, "spot_check_failed", DAY), by=discipline)
    with pytest.raises(WrongState):
        record(Happening(village, "spot_check_failed", DAY), by=discipline)
    record(Happening(village, "spot_check_failed", DAY, source="信访局"), by=discipline)
    assert today() == (3, ["lower:1", "lower:1"])


def test_closing_ends_its_effects_the_day_after(village, discipline):
    event = record(Happening(village, "case_opened", DAY), by=discipline)
    close(event, on=date(2026, 6, 15), by=discipline, reason="已整改")
    assert today() == (3, ["cap:3"])
    with freeze_time("2026-06-16 00:20:00+08:00"):
        rerate("")
        assert today() == (5, [])
        with pytest.raises(WrongState):
            close(event, on=date(2026, 6, 15), by=discipline, reason="再次")


@pytest.mark.parametrize(
    ("on", "reason", "field"),
    [(date(2026, 5, 31), "已整改", "on"), (date(2026, 6, 16), "已整改", "on"), (DAY, " ", "reason")],
)
def test_what_cannot_be_closed(village, discipline, on, reason, field):
    event = record(Happening(village, "case_opened", DAY), by=discipline)
    with pytest.raises(Incomplete) as refused:
        close(event, on=on, by=discipline, reason=reason)
    assert list(refused.value.problems) == [field]


def test_a_held_event_does_nothing_until_released(village, discipline):
    event = record(Happening(village, "case_opened", DAY, held=True), by=discipline)
    assert (today(), Proposal.objects.count()) == ((5, []), 0)
    signer = person(Role.SIGNER, VILLAGE)
    with pytest.raises(WrongState):  # those who are told of a closing would learn of it
        close(event, on=DAY, by=discipline, reason="已整改")
    assert not Notice.objects.filter(user=signer).exists()
    release(event, by=discipline)
    assert Notice.objects.filter(user=signer).exists()
    assert (today(), Proposal.objects.count()) == ((3, ["cap:3"]), 1)
    with pytest.raises(WrongState):
        release(event, by=discipline)


@pytest.mark.parametrize(
    ("star", "up_to", "role", "place"),
    [
        (5, 3, Role.COUNTY_OFFICE, COUNTY),
        (4, 3, Role.COUNTY_OFFICE, COUNTY),
        (3, 3, Role.TOWNSHIP_LEADER, TOWNSHIP),
        (4, 4, Role.TOWNSHIP_LEADER, TOWNSHIP),
    ],
)
def test_the_authority_for_the_star_settles(village, discipline, star, up_to, role, place):
    SchemeFactory(year=2026, version=2, body=scheme_body(townships_decide_up_to=up_to))
    DecisionFactory(unit=village, star=star, on=date(2026, 5, 1))
    record(Happening(village, "case_opened", DAY), by=discipline)
    proposal = Proposal.objects.get()
    others = {(Role.COUNTY_OFFICE, COUNTY), (Role.TOWNSHIP_LEADER, TOWNSHIP), (Role.DISCIPLINE, COUNTY)} - {
        (role, place)
    }
    for other in sorted(others):
        with pytest.raises(NotAllowed):
            settle(proposal, confirm=True, by=person(*other))
    settle(proposal, confirm=True, by=person(role, place))
    assert today() == (min(star - 1, 3), ["cap:3", "lower:1"])
    with pytest.raises(WrongState):
        settle(proposal, confirm=False, by=person(role, place), reason="改主意")


def test_who_has_a_post_in_the_village_settles_nothing_of_it(village, discipline):
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    SchemeFactory(year=2026, version=2, body=scheme_body(townships_decide_up_to=5))
    record(Happening(village, "case_opened", DAY), by=discipline)
    proposal = Proposal.objects.get()
    assert list(to_settle(leader)) == [proposal]
    AppointmentFactory(user=leader, role=Role.SIGNER, unit=village)
    assert list(to_settle(leader)) == []
    with pytest.raises(NotAllowed):
        settle(proposal, confirm=False, by=leader, reason="情节轻微")


def test_a_declined_proposal_needs_a_reason_and_does_nothing(village, discipline):
    office = person(Role.COUNTY_OFFICE, COUNTY)
    signer = person(Role.SIGNER, VILLAGE)
    record(Happening(village, "case_opened", DAY), by=discipline)
    proposal = Proposal.objects.get()
    with pytest.raises(Incomplete):
        settle(proposal, confirm=False, by=office)
    settle(proposal, confirm=False, by=office, reason="情节轻微")
    assert today() == (3, ["cap:3"])
    assert list(Notice.objects.order_by("pk").values_list("user_id", "kind")) == [
        (signer.pk, "star_cap"),
        (office.pk, "proposal.opened"),
        (signer.pk, "proposal_declined"),
        (discipline.pk, "proposal_refused"),
    ]
    assert "情节轻微" in Notice.objects.get(user=discipline).text


def test_a_proposal_left_unsettled_may_be_settled_by_the_level_above(village, discipline):
    UnitFactory(code="3306")
    office, city = person(Role.COUNTY_OFFICE, COUNTY), person(Role.CITY_OFFICE, "3306")
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    record(Happening(village, "case_opened", DAY), by=discipline)
    proposal = Proposal.objects.get()
    due = FollowUp.objects.get(kind="proposal")
    assert (due.subject, due.responsible_unit_id, due.due_at) == (str(proposal.pk), COUNTY, at(2026, 7, 1))
    assert list(to_settle(city)) == []
    with pytest.raises(NotAllowed):
        settle(proposal, confirm=True, by=city)
    with freeze_time("2026-07-01 00:10:00+08:00"):
        escalate_late()
        assert [list(to_settle(User.objects.get(pk=one.pk))) for one in (office, city, leader)] == [
            [proposal],
            [proposal],
            [],
        ]
        settle(proposal, confirm=True, by=User.objects.get(pk=city.pk))
    assert (FollowUp.objects.get(kind="proposal").state, FollowUp.objects.get(kind="proposal").closed_by) == (
        "done",
        city,
    )


def test_a_new_decision_passes_the_proposal_to_its_authority(village, discipline):
    UnitFactory(code=TOWNSHIP)
    record(Happening(village, "case_opened", DAY), by=discipline)
    decision = DecisionFactory(unit=village, star=2, on=date(2026, 6, 15))
    decisions_confirmed.send(sender=None, decisions=[decision.pk], units=[VILLAGE])
    due = FollowUp.objects.get(kind="proposal")
    assert (due.responsible_unit_id, due.responsible_role) == (TOWNSHIP, "township_leader")


def test_nothing_is_due_of_a_held_or_a_reversed_event(village, discipline):
    event = record(Happening(village, "case_opened", DAY, held=True), by=discipline)
    follow()
    assert FollowUp.objects.count() == 0
    release(event, by=discipline)
    reverse_effects(event, document="新申1号", reason="查无实据", by=discipline)
    follow()
    assert list(FollowUp.objects.values_list("state", flat=True)) == ["cancelled"]


def test_a_held_event_is_seen_by_those_who_record_events_alone(village, discipline, client):
    signer = person(Role.SIGNER, VILLAGE)
    event = record(Happening(village, "case_opened", DAY, held=True), by=discipline)
    seen = {}
    for name, user in {"signer": signer, "discipline": discipline}.items():
        client.force_login(user)
        listed = client.get("/api/v1/events/").json()["count"]
        seen[name] = (listed, client.get(f"/events/{event.pk}/").status_code)
    assert seen == {"signer": (0, 404), "discipline": (1, 200)}
    release(event, by=discipline)
    assert Event.objects.seen_by(signer).count() == 1
