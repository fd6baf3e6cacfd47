"""Undoing a submission by mistake before any review: by its signer, or by the office for many."""

import re

import pytest

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Application
from ratings.workflow import application as workflow
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.built_once import built_once
from tests.clients import client_of
from tests.factories import NEIGHBOUR, TOWNSHIP, VILLAGE, ApplicationFactory, CycleFactory, UnitFactory, person
from tests.people_of_units import of_the_unit, told
from tests.ratings.conftest import SPRING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
UNDO = "/applications/undo-submissions/"


@built_once(at=SPRING)
def office(db):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP)


@built_once(at=SPRING)
def both(db):
    cycle = CycleFactory()
    return [ApplicationFactory(cycle=cycle, unit=UnitFactory(code=c), state="submitted") for c in (VILLAGE, NEIGHBOUR)]


def states(*applications):
    return [Application.objects.get(pk=one.pk).state for one in applications]


def key_of(answer):
    return re.search(r'name="key"\s+value="(\w+)"', answer.content.decode())[1]


def test_the_signer_takes_it_back_in_two_presses(both):
    client = client_of(person(Role.SIGNER, VILLAGE))
    address = f"/applications/{both[0].pk}/withdraw/"
    shown = client.get(address)
    assert client.post(address, {"reason": "", "key": key_of(shown)}).status_code == 302
    assert states(*both) == ["draft", "submitted"]


def test_the_office_gives_many_back_with_a_reason(both, office):
    cadre, client = person(Role.FILLER, NEIGHBOUR), client_of(office)
    chosen = {"application": [one.pk for one in both]}
    shown = client.post(UNDO, chosen)
    assert states(*both) == ["submitted", "submitted"]
    given = chosen | {"key": key_of(shown), "confirmed": "1", "reason": "填错年度"}
    assert client.post(UNDO, given).status_code == 302
    assert states(*both) == ["draft", "draft"]
    assert [(n.kind, n.params["reason"]) for n in Notice.objects.filter(user=cadre)] == [
        ("submission_undone", "填错年度")
    ]
    again = client.post(UNDO, given, follow=True)
    assert "已退回，并已通知有关单位。" in again.content.decode()


def test_without_a_reason_nothing_happens_and_the_list_stays(both, office):
    client = client_of(office)
    shown = client.post(UNDO, {"application": [both[0].pk]})
    given = {"application": [both[0].pk], "key": key_of(shown), "confirmed": "1", "reason": " "}
    answer = client.post(UNDO, given)
    assert (answer.status_code, states(both[0])) == (200, ["submitted"])
    assert b'aria-invalid="true"' in answer.content


@pytest.mark.parametrize("change", ["accepted", "withdrawn_and_sent_again"])
def test_what_moved_on_meanwhile_is_not_given_back(both, office, change):
    client = client_of(office)
    shown = client.post(UNDO, {"application": [one.pk for one in both]})
    if change == "accepted":
        workflow.accept(both[1], by=office)
    else:
        Application.objects.filter(pk=both[1].pk).update(submitted_at="2026-04-01T02:00:01Z")
    before = states(*both)
    given = {"application": [o.pk for o in both], "key": key_of(shown), "confirmed": "1", "reason": "填错"}
    client.post(UNDO, given)
    assert states(*both) == before


def test_fewer_or_other_villages_than_shown_are_refused(both, office):
    client = client_of(office)
    shown = client.post(UNDO, {"application": [one.pk for one in both]})
    client.post(UNDO, {"application": [both[0].pk], "key": key_of(shown), "confirmed": "1", "reason": "填错"})
    assert states(*both) == ["submitted", "submitted"]


def test_who_may_not(both, office):
    for who in (person(Role.SIGNER, VILLAGE), person(Role.TOWNSHIP_OFFICE, "330624109")):
        with pytest.raises(NotAllowed):
            workflow.undo_submissions(both, by=who, reason="填错")
    with pytest.raises(Incomplete):
        workflow.undo_submissions(both, by=office, reason="")
    workflow.accept(both[0], by=office)
    with pytest.raises(WrongState):
        workflow.undo_submissions(both, by=office, reason="填错")
    assert states(*both) == ["township_review", "submitted"]


def test_nobody_of_the_village_gives_it_back_or_hears_of_it(both, office):
    of_the_unit(office)
    with pytest.raises(NotAllowed):
        workflow.undo_submissions(both, by=office, reason="填错")
    shown = client_of(office).post(UNDO, {"application": [one.pk for one in both]})
    assert [one.unit_id for one in shown.context["applications"]] == [NEIGHBOUR]
    colleague = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    workflow.withdraw(both[0], by=person(Role.SIGNER, VILLAGE), reason="再看看")
    assert told("application_withdrawn") == [colleague.pk]
