"""Batches, public notice, objections and confirmation in working days (practice §3).

National Day 2026: 1–7 October are holidays, Saturday 10 October is worked. A release on Monday 28 September with five
days runs from 29 September to 10 October and is confirmed on Monday 12 October.
"""

import re
from datetime import date

import pytest
from django.urls import reverse

from notifications.models import Notice
from ratings.disclosure import shown_steps
from ratings.models import Decision
from ratings.signals import decisions_confirmed
from ratings.workflow import application as applications
from records.refusals import Incomplete, NotAllowed, Refused, WrongState
from reviews.models import Batch, Objection
from reviews.workflow import batches, confirmation, decisions, objections
from tests.clients import client_of
from tests.clock import freeze_time
from tests.concurrency import at_once, stated
from tests.factories import TOWNSHIP, ApplicationFactory, UnitFactory
from tests.reviews.conftest import SOUND, clear, prepare, score_county, score_township

# These begin before the decision, which the other tests of this file share.


@freeze_time("2026-10-11T15:59:00Z")  # 23:59 on Sunday 11 October in China
def test_nothing_is_confirmed_before_the_day(place):
    with freeze_time("2026-09-28T02:00:00Z"):
        score_township(place, SOUND)
        decisions.decide(place.application, star=3, by=place.township_leader)
        batches.release(prepare(place), by=place.township_office)
    assert confirmation.confirm_due() == 0


def test_an_open_objection_holds_up_its_own_village_alone(place):
    other = ApplicationFactory(
        cycle=place.cycle, unit=UnitFactory(code=TOWNSHIP + "205"), state="township_review", applied_star=3
    )
    score_township(place, SOUND)
    score_township(place, SOUND, other)
    mine, theirs = (decisions.decide(one, star=3, by=place.township_leader) for one in (place.application, other))
    batch = batches.release(prepare(place), by=place.township_office)
    objection = objections.make_objection(mine, text="账目没有公开。")
    with freeze_time("2026-10-12T01:00:00Z"):
        assert confirmation.confirm_due() == 1
    batch.refresh_from_db()
    assert (batch.state, Decision.objects.get(pk=theirs.pk).state) == ("released", "confirmed")
    with freeze_time("2026-10-16T02:00:00Z"):  # a Friday
        objections.dismiss(objection, by=place.township_office, answer="经核实，账目已经公开。")
        assert confirmation.confirm_due() == 0
    with freeze_time("2026-10-19T00:00:00Z"):
        assert confirmation.confirm_due() == 1
    batch.refresh_from_db()
    assert (batch.state, Decision.objects.get(pk=mine.pk).on) == ("confirmed", date(2026, 10, 19))


def test_a_county_decision_is_answered_by_the_discipline_commission(place):
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    score_county(place)
    decision = decisions.decide(place.application, star=4, by=place.county_office)
    clear(place)
    batch = batches.prepare(
        place.cycle,
        place.county,
        "county",
        met_on=date(2026, 9, 27),
        document="新评〔2026〕1号",
        by=place.county_office,
    )
    batches.release(batch, by=place.county_office)
    objection = objections.make_objection(decision, text="账目没有公开。", name="王某", contact="13800000000")
    assert Notice.objects.get(kind="objection_made").user == place.discipline
    for other in (place.county_office, place.township_office):
        with pytest.raises(NotAllowed):
            objections.uphold(objection, by=other, answer="属实")
    objections.uphold(objection, by=place.discipline, answer="属实")
    place.application.refresh_from_db()
    assert (place.application.state, Objection.objects.get().state) == ("county_review", "upheld")
    assert set(place.application.sheets.filter(stage="township").values_list("state", flat=True)) == {"handed_in"}


def test_the_villages_page_and_api_are_the_same_before_and_after_the_unreleased_decision(place, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    score_township(place, SOUND)
    page, api = village_sees(place)
    assert api["actions"] == ["withdraw"]
    assert reverse("application_withdraw", args=[place.application.pk]) in page
    decisions.decide(place.application, star=3, by=place.township_leader)
    assert village_sees(place) == (page, api)
    prepare(place)
    assert village_sees(place) == (page, api)
    batches.release(Batch.objects.get(), by=place.township_office)
    assert village_sees(place)[1]["actions"] == []


# After the decision


@pytest.mark.parametrize("name", ["township_leader", "county_office", "township_reviewer", "filler"])
def test_only_the_office_prepares_and_releases_its_batch(decided, name):
    with pytest.raises(NotAllowed):
        prepare(decided, by=getattr(decided, name))
    batch = prepare(decided)
    with pytest.raises(NotAllowed):
        batches.release(batch, by=getattr(decided, name))


def test_a_release_sets_the_days_and_tells_everybody_once(decided):
    batch = prepare(decided)
    audience = batches.audience_of(batch, decided.township_office)
    assert audience.count == 5
    batch = batches.release(batch, by=decided.township_office)
    decided.application.refresh_from_db()
    decided.decision.refresh_from_db()
    assert (batch.state, batch.first_day, batch.last_day, batch.confirms_on) == (
        "released",
        date(2026, 9, 29),
        date(2026, 10, 10),
        date(2026, 10, 12),
    )
    assert (decided.application.state, decided.decision.state, decided.decision.document) == (
        "public_notice",
        "released",
        "沙评〔2026〕1号",
    )
    told = Notice.objects.filter(kind__in=["result_released", "batch_released"])
    assert sorted(told.values_list("user__username", flat=True)) == [
        "filler",
        "signer",
        "township_leader",
        "township_reviewer",
        "township_reviewer_b",
    ]


def test_a_batch_is_released_once(decided):
    batch = prepare(decided)
    batches.release(batch, by=decided.township_office)
    with pytest.raises(WrongState):
        batches.release(batch, by=decided.township_office)
    assert Notice.objects.filter(kind="result_released").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_release(decided):
    batch = prepare(decided)
    clicks = at_once(*[lambda: batches.release(batch, by=decided.township_office).state] * 2)
    assert stated(clicks) == [WrongState, "released"]
    assert Notice.objects.filter(kind="result_released").count() == 2


def test_an_empty_batch_or_one_without_document_is_not_released(decided):
    batch = prepare(decided, decided=[])
    with pytest.raises(Incomplete):
        batches.release(batch, by=decided.township_office)
    batch = prepare(decided, document=" ")
    with pytest.raises(Incomplete):
        batches.release(batch, by=decided.township_office)
    decided.decision.refresh_from_db()
    assert decided.decision.state == "decided"


def test_what_is_not_decided_is_an_exception_and_does_not_hold_the_batch_up(decided):
    waiting = ApplicationFactory(
        cycle=decided.cycle, unit=UnitFactory(code=TOWNSHIP + "205"), state="township_review", applied_star=3
    )
    batch = prepare(decided)
    assert list(batch.entries.values_list("decision", flat=True)) == [decided.decision.pk]
    assert batches.release(batch, by=decided.township_office).state == "released"
    waiting.refresh_from_db()
    assert waiting.state == "township_review"


def test_a_batch_can_be_revised_until_it_is_released(decided):
    batch = prepare(decided, decided=[])
    given = {"met_on": date(2026, 9, 26), "document": "沙评〔2026〕2号", "minutes": "略", "by": decided.township_office}
    batches.revise(batch, **given)
    assert list(batch.entries.values_list("decision", flat=True)) == [decided.decision.pk]
    batches.release(batch, by=decided.township_office)
    with pytest.raises(WrongState):
        batches.revise(batch, **given)


def test_without_objection_the_star_begins_on_the_working_day_after_the_notice(released):
    heard = []

    def listen(decisions, units, **_):
        heard.append((decisions, units))

    decisions_confirmed.connect(listen)
    with freeze_time("2026-10-14T01:00:00Z"):  # the scheduler was two days late
        assert confirmation.confirm_due() == 1
        assert confirmation.confirm_due() == 0
    for row in (released.decision, released.application, released.batch):
        row.refresh_from_db()
    assert (released.decision.state, released.decision.on, released.decision.cut_off) == (
        "confirmed",
        date(2026, 10, 12),
        date(2026, 12, 31),
    )
    assert (released.application.state, released.batch.state) == ("confirmed", "confirmed")
    assert heard == [([released.decision.pk], [released.application.unit_id])]
    assert sorted(Notice.objects.filter(kind="star_confirmed").values_list("user__username", flat=True)) == [
        "filler",
        "signer",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_decision_is_released_or_taken_back_never_both(decided):
    batch = prepare(decided)
    outcomes = at_once(
        lambda: batches.release(batch, by=decided.township_office),
        lambda: decisions.reconsider(decided.application, by=decided.township_leader, reason="漏看材料"),
    )
    decided.application.refresh_from_db()
    decided.decision.refresh_from_db()
    assert len([outcome for outcome in outcomes if isinstance(outcome, Refused)]) == 1
    assert len(outcomes) == 2
    assert (decided.decision.state, decided.application.state) in [
        ("released", "public_notice"),
        ("overturned", "township_review"),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_share_no_decision(decided):
    made = at_once(*[lambda: prepare(decided).entries.count()] * 2)
    assert [type(one) for one in made if one != 1] == [WrongState]
    assert Batch.objects.count() == 1


# Withdrawing, before the village knows of a decision.


def village_sees(place):
    """The page of the application and what the API says of it, without the token that is new each time."""
    client = client_of(place.signer)
    page = client.get(reverse("application", args=[place.application.pk])).content.decode()
    api = client.get(f"/api/v1/applications/{place.application.pk}/").json()
    return re.sub(r'("csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]*"', "", page), api


def test_a_decision_that_nobody_has_seen_falls_when_the_village_withdraws(decided):
    batch = prepare(decided)
    applications.withdraw(decided.application, by=decided.signer, reason="数字要重核")
    decided.application.refresh_from_db()
    decided.decision.refresh_from_db()
    assert (decided.application.state, decided.decision.state) == ("draft", "overturned")
    assert not batch.entries.exists()
    with pytest.raises(Incomplete):
        batches.release(batch, by=decided.township_office)
    steps = shown_steps(decided.signer, decided.application, list(decided.application.transitions.all()))
    assert [step.verb for step in steps] == ["submit", "accept", "withdraw"]


def test_nobody_withdraws_what_is_released(released):
    with pytest.raises(WrongState):
        applications.withdraw(released.application, by=released.signer, reason="数字要重核")
