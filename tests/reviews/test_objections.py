"""Objections to a released decision: until when, who reads and answers them, and what follows (practice §3).

Released on Monday 28 September 2026, with five working days until midnight of Saturday 10 October.
"""

from datetime import date

import pytest

from accounts.models import User
from accounts.roles import Role
from notifications.models import Notice
from records.refusals import Incomplete, NotAllowed, WrongState
from reminders.due import due_in, people_whose_turn
from reminders.models import DueStep
from reminders.visible import visible
from reviews.decisions.visibility import objections_for
from reviews.models import Batch, Objection
from reviews.todos.review_todos import entries
from reviews.workflow import batches, confirmation, decisions, objections
from tests.clock import freeze_time
from tests.concurrency import at_once, stated
from tests.factories import TOWNSHIP, AppointmentFactory, person
from tests.reviews.conftest import SOUND, prepare, score_township


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
def test_the_same_objection_sent_twice_at_once_is_one(released):
    given = {"text": "账目没有公开。", "place": "10.0.0.1"}
    made = at_once(*[lambda: objections.make_objection(released.decision, **given).receipt] * 2)
    assert made == [Objection.objects.get().receipt] * 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", [objections.dismiss, objections.uphold])
def test_two_answers_to_one_objection_at_once_make_one(released, second):
    other = AppointmentFactory(role=Role.TOWNSHIP_OFFICE, unit=released.township, user__username="second_office").user
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    outcomes = at_once(
        lambda: objections.dismiss(objection, by=released.township_office, answer=released.township_office.username),
        lambda: second(objection, by=other, answer=other.username),
    )
    assert stated(outcomes) == [WrongState, None]
    objection.refresh_from_db()
    released.decision.refresh_from_db()
    assert objection.answer == objection.answered_by.username
    stands = {"dismissed": "released", "upheld": "overturned"}
    assert released.decision.state == stands[objection.state]
