"""Batches, public notice, objections and confirmation in working days (practice §3).

National Day 2026: 1–7 October are holidays, Saturday 10 October is worked. A release on Monday 28 September with five
days runs from 29 September to 10 October and is confirmed on Monday 12 October.
"""

import re
import threading
from copy import deepcopy
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from notifications.models import Notice
from ratings.disclosure import shown_steps
from ratings.models import Decision
from ratings.signals import decisions_confirmed
from ratings.workflow import application as applications
from records.refusals import Incomplete, NotAllowed, Refused, WrongState
from reminders.due import due_in, people_whose_turn
from reminders.models import DueStep
from reminders.visible import visible
from reviews.decisions.visibility import objections_for
from reviews.models import Batch, Objection
from reviews.todos.review_todos import entries
from reviews.workflow import batches, confirmation, decisions, objections
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, ApplicationFactory, AppointmentFactory, UnitFactory, person
from tests.reviews.conftest import TODAY, clear, make_place, score_county, score_township
from tests.reviews.test_decisions import SOUND


def decide_three_stars(place: SimpleNamespace) -> SimpleNamespace:
    score_township(place, SOUND)
    place.decision = decisions.decide(place.application, star=3, by=place.township_leader)
    return place


@pytest.fixture(scope="module")
def decided_of_file(place_of_file, rows_of_file):
    with freeze_time(TODAY):
        return rows_of_file(lambda: decide_three_stars(deepcopy(place_of_file)))


@pytest.fixture
def decided(decided_of_file, db, own_copy):
    return own_copy(decided_of_file, lambda: decide_three_stars(make_place()))


def prepare(place, by=None, **changes):
    given = {"met_on": date(2026, 9, 27), "document": "沙评〔2026〕1号", "by": by or place.township_office}
    return batches.prepare(place.cycle, place.township, "township", **given | changes)


@pytest.fixture
def released(decided):
    decided.batch = batches.release(prepare(decided), by=decided.township_office)
    decided.decision.refresh_from_db()
    decided.application.refresh_from_db()
    return decided


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
    batch, ready, outcomes = prepare(decided), threading.Barrier(2), []

    def release():
        ready.wait()
        try:
            outcomes.append(batches.release(batch, by=decided.township_office).state)
        except Refused as refused:
            outcomes.append(type(refused))
        finally:
            connection.close()

    clicks = [threading.Thread(target=release) for _n in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(outcomes, key=str) == [WrongState, "released"]
    assert Notice.objects.filter(kind="result_released").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_objection_sent_twice_at_once_is_one(released):
    ready, made = threading.Barrier(2), []

    def send():
        ready.wait()
        try:
            made.append(objections.make_objection(released.decision, text="账目没有公开。", place="10.0.0.1").receipt)
        finally:
            connection.close()

    clicks = [threading.Thread(target=send) for _n in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert made == [Objection.objects.get().receipt] * 2


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


def test_an_objection_is_taken_until_midnight_of_the_last_day(released):
    with freeze_time("2026-10-10T15:59:59Z"):
        objection = objections.make_objection(released.decision, text="账目没有公开。")
    assert (objection.state, objection.name, len(objection.receipt)) == ("open", "", 14)
    with freeze_time("2026-10-10T16:00:00Z"), pytest.raises(WrongState):
        objections.make_objection(released.decision, text="账目没有公开。")
    with pytest.raises(Incomplete):
        objections.make_objection(released.decision, text="  ")


def test_there_is_nothing_to_object_to_before_the_release(decided):
    prepare(decided)
    with pytest.raises(WrongState):
        objections.make_objection(decided.decision, text="账目没有公开。")


@pytest.mark.parametrize("name", ["township_leader", "township_reviewer", "county_office", "discipline", "filler"])
def test_who_decided_or_has_no_right_does_not_answer(released, name):
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    for answer in (objections.dismiss, objections.uphold):
        with pytest.raises(NotAllowed):
            answer(objection, by=getattr(released, name), answer="已核实")


def test_who_has_a_post_in_the_village_neither_reads_nor_answers_its_objections(released):
    office, village = released.township_office, released.decision.unit
    assert released.township_office.has_perm("reviews.answer_objection_township", released.decision)
    AppointmentFactory(user=office, role=Role.SIGNER, unit=village)
    objection = objections.make_objection(released.decision, text="账目没有公开。", name="李某", contact="0575-1")
    assert not Notice.objects.filter(user=office, kind="objection_made").exists()
    assert list(objections_for(office)) == []
    with pytest.raises(NotAllowed):
        objections.dismiss(objection, by=office, answer="已核实")
    other = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    assert list(objections_for(other)) == [objection]
    (due,) = [one for one in due_in([TOWNSHIP]) if one.step == DueStep.OBJECTION]
    assert people_whose_turn([due]) == {due: [other.pk]}
    assert [visible(one, [due]) for one in (office, other)] == [[], [due]]


def test_an_objection_that_nobody_may_answer_is_told_to_the_office_that_appoints(released):
    AppointmentFactory(user=released.township_office, role=Role.SIGNER, unit=released.decision.unit)
    AppointmentFactory(role=Role.COUNTY_OFFICE, unit=released.county, user=released.signer)  # excluded, too
    objections.make_objection(released.decision, text="账目没有公开。", name="李某", contact="0575-1")
    told = Notice.objects.get(kind="objection_unanswerable")
    assert (told.user, told.link) == (released.county_office, "/appointments/")
    assert told.text == (
        "关于单位330624108204的异议，单位330624108没有人可以答复（现有人员应当回避，或者职务空缺）。请另行任命一人或者指定代理人答复"
    )
    assert not Notice.objects.filter(kind="objection_made").exists()


def test_an_objection_dismissed_in_time_delays_nothing(released):
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    objections.dismiss(objection, by=released.township_office, answer="经核实，账目已经公开。")
    with freeze_time("2026-10-12T00:00:00Z"):
        assert confirmation.confirm_due() == 1
    released.decision.refresh_from_db()
    assert released.decision.on == date(2026, 10, 12)


def test_an_objection_is_answered_once_and_in_words(released):
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    with pytest.raises(Incomplete):
        objections.dismiss(objection, by=released.township_office, answer="")
    objections.dismiss(objection, by=released.township_office, answer="已核实")
    for answer in (objections.dismiss, objections.uphold):
        with pytest.raises(WrongState):
            answer(objection, by=released.township_office, answer="已核实")


def test_an_upheld_objection_sends_the_application_back_to_be_scored_and_decided_anew(released):
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    objections.uphold(objection, by=released.township_office, answer="情况属实")
    released.decision.refresh_from_db()
    released.application.refresh_from_db()
    assert (released.decision.state, released.application.state) == ("overturned", "township_review")
    assert (released.application.panel_total, released.application.points.count()) == (None, 0)
    assert set(released.application.sheets.values_list("state", flat=True)) == {"open"}
    with freeze_time("2026-10-12T01:00:00Z"):
        assert confirmation.confirm_due() == 0
        score_township(released, SOUND | {"1.1.a": 10})
        again = decisions.decide(released.application, star=3, by=released.township_leader)
        assert again.replaces == released.decision
        batch = batches.release(prepare(released), by=released.township_office)
    with freeze_time("2026-10-20T01:00:00Z"):
        assert confirmation.confirm_due() == 1
    again.refresh_from_db()
    assert (again.on, again.cut_off) == (batch.confirms_on, date(2026, 12, 31))
    assert set(Batch.objects.values_list("state", flat=True)) == {"confirmed"}


def test_who_scored_or_decided_does_not_learn_who_objected(released):
    objections.make_objection(released.decision, text="账目没有公开。", name="王某")
    for user in (released.township_leader, released.township_reviewer):
        AppointmentFactory(user=user, role=Role.TOWNSHIP_OFFICE, unit=released.township)
    names = ("township_leader", "township_reviewer", "township_office")
    asked = {name: User.objects.get(username=name) for name in names}
    seen = {name: (objections_for(user).count(), len(entries(user))) for name, user in asked.items()}
    assert seen == {"township_leader": (0, 0), "township_reviewer": (0, 0), "township_office": (1, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_decision_is_released_or_taken_back_never_both(decided):
    batch, ready, outcomes = prepare(decided), threading.Barrier(2), []
    steps = [
        lambda: batches.release(batch, by=decided.township_office),
        lambda: decisions.reconsider(decided.application, by=decided.township_leader, reason="漏看材料"),
    ]

    def take(step):
        ready.wait()
        try:
            outcomes.append(step() or "done")
        except Refused as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    people = [threading.Thread(target=take, args=[step]) for step in steps]
    for one in people:
        one.start()
    for one in people:
        one.join()
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
    ready, sizes = threading.Barrier(2), []

    def gather():
        ready.wait()
        try:
            sizes.append(prepare(decided).entries.count())
        finally:
            connection.close()

    clicks = [threading.Thread(target=gather) for _n in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(sizes) == [0, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", [objections.dismiss, objections.uphold])
def test_two_answers_to_one_objection_at_once_make_one(released, second):
    other = AppointmentFactory(role=Role.TOWNSHIP_OFFICE, unit=released.township, user__username="second_office").user
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    ready, outcomes = threading.Barrier(2), []

    def answer(verb, by):
        ready.wait()
        try:
            outcomes.append(verb(objection, by=by, answer=by.username))
        except Refused as refused:
            outcomes.append(type(refused))
        finally:
            connection.close()

    steps = [(objections.dismiss, released.township_office), (second, other)]
    people = [threading.Thread(target=answer, args=step) for step in steps]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(outcomes, key=str) == [WrongState, None]
    objection.refresh_from_db()
    released.decision.refresh_from_db()
    assert objection.answer == objection.answered_by.username
    stands = {"dismissed": "released", "upheld": "overturned"}
    assert released.decision.state == stands[objection.state]


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
