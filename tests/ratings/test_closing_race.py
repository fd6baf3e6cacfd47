"""Submitting an application while its cycle is being closed: one of the two comes first, and the other sees it."""

import pytest

from accounts.roles import Role
from ratings.models import Application, Cycle, Decision
from ratings.workflow import application as workflow
from ratings.workflow import cycle as cycles
from ratings.workflow.closing import close, exceptions
from records.refusals import WrongState
from tests.answers import fill
from tests.clock import freeze_time
from tests.concurrency import while_it_waits
from tests.factories import COUNTY, VILLAGE, CycleFactory, UnitFactory, person

CLOSING = {"document": "评星办〔2026〕9号", "reason": "县里统一安排"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft():
    with freeze_time("2026-04-01T02:00:00Z"):
        filler = person(Role.FILLER, VILLAGE)
        application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
        workflow.choose_star(application, 5, by=filler)
        fill(application, filler)
        yield application


@pytest.fixture
def signer(draft):
    return person(Role.SIGNER, VILLAGE)


@pytest.fixture
def office(draft):
    return person(Role.COUNTY_OFFICE, COUNTY)


def test_who_sends_while_the_cycle_is_being_closed_is_told(draft, signer, office):
    cycle = Cycle.objects.get()
    sent = while_it_waits(
        lambda: close(cycle, by=office, **CLOSING),
        lambda: workflow.submit(draft, by=signer),
    )
    assert isinstance(sent, WrongState)
    assert Application.objects.get().state == "draft"
    assert list(Decision.objects.values_list("unit", "star")) == [(VILLAGE, 0)]


def test_what_is_sent_before_the_closing_is_an_exception_of_it(draft, signer, office):
    cycle = Cycle.objects.get()
    closed = while_it_waits(
        lambda: workflow.submit(draft, by=signer),
        lambda: close(cycle, by=office, **CLOSING),
    )
    assert closed.concerned == []
    assert [a.state for a in exceptions(cycle)] == ["submitted"]
    assert not Decision.objects.exists()


def test_who_begins_while_the_cycle_is_being_closed_is_told(draft, signer, office):
    neighbour = UnitFactory(code="330624108205")
    filler, cycle = person(Role.FILLER, neighbour.code), Cycle.objects.get()
    begun = while_it_waits(
        lambda: close(cycle, by=office, **CLOSING),
        lambda: workflow.begin(neighbour, Cycle.objects.get(), by=filler),
    )
    assert isinstance(begun, WrongState)
    assert not Application.objects.filter(unit=neighbour).exists()


def test_what_is_taken_back_before_the_closing_is_left_without_a_star(draft, signer, office):
    workflow.submit(draft, by=signer)
    cycle = Cycle.objects.get()
    closed = while_it_waits(
        lambda: workflow.withdraw(draft, by=signer, reason="重填"),
        lambda: close(cycle, by=office, **CLOSING),
    )
    assert [one.unit for one in closed.concerned] == [VILLAGE]
    assert list(Decision.objects.values_list("unit", "application", "star")) == [(VILLAGE, draft.pk, 0)]


def test_the_time_is_moved_only_when_nobody_is_sending(draft, signer, office):
    cycle = Cycle.objects.get()
    moved = {"apply": (cycle.windows.get(step="apply").opens, draft.transitions.get().at)}
    sent = while_it_waits(
        lambda: cycles.set_windows(cycle, moved, by=office), lambda: workflow.submit(draft, by=signer)
    )
    assert isinstance(sent, WrongState)
