"""A post is handed over in the middle of a review: open work passes on, finished work stays."""

from datetime import date

import pytest
from django.urls import reverse

from accounts import workflow
from accounts.models import Appointment, User
from accounts.roles import Role
from accounts.todo_list import todos_of
from accounts.workflow import Who
from notifications.models import Notice
from ratings.models import Points
from reviews.models import Hearer, Sheet
from reviews.workflow import appeals, batches, decisions, panels
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import NEIGHBOUR, ApplicationFactory, UnitFactory, UserFactory
from tests.reviews.conftest import GOOD, TODAY, prepare, score, score_township

LAST, NEXT_DAY = date(2026, 9, 28), "2026-09-29T02:00:00Z"


@pytest.fixture
def successor():
    return UserFactory(username="successor", name="吕大力")


@built_once(at=TODAY)
def two(place):
    """A second village; the leaving reviewer has handed in the first one's sheet."""
    place.second = ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code=NEIGHBOUR), state="township_review")
    score(place.application, "township", place.township_reviewer, GOOD)
    return place


def hand_over(place, old, on=LAST):
    post = Appointment.objects.get(user=old)
    return workflow.hand_over([post], Who("吕大力", "successor"), by=place.county_office, on=on)


def sheets_of(user):
    return dict(Sheet.objects.filter(reviewer=user).values_list("application__unit_id", "state"))


def urls(user):
    return [todo.url for todo in todos_of(User.objects.get(pk=user.pk))]


def test_open_sheets_pass_and_what_was_handed_in_counts(two, successor):
    hand_over(two, two.township_reviewer)
    assert sheets_of(two.township_reviewer) == {two.application.unit_id: "handed_in", NEIGHBOUR: "replaced"}
    assert sheets_of(successor) == {NEIGHBOUR: "open"}
    assert Notice.objects.filter(user=successor, kind="panel_seat").count() == 1
    with freeze_time(NEXT_DAY):
        assert urls(two.township_reviewer) == []
        assert urls(successor) == [reverse("review_desk")]
        score(two.application, "township", two.township_reviewer_b, GOOD)
        assert Points.objects.filter(application=two.application, stage="township").exists()
        score(two.second, "township", successor, GOOD)
        score(two.second, "township", two.township_reviewer_b, GOOD)
        assert Points.objects.filter(application=two.second, stage="township").exists()


def test_a_later_change_of_the_panel_keeps_what_was_handed_in(two, successor):
    hand_over(two, two.township_reviewer)
    with freeze_time(NEXT_DAY):
        third = workflow.appoint_person(
            Who("丁一"), [Role.TOWNSHIP_REVIEWER], unit=two.township, by=two.county_office, starts=date(2026, 9, 29)
        ).user
        seats = [successor, two.township_reviewer_b, third]
        panels.convene(two.cycle, two.township, "township", seats, by=two.township_office)
    assert sheets_of(two.township_reviewer)[two.application.unit_id] == "handed_in"
    assert sheets_of(third) == {two.application.unit_id: "open", NEIGHBOUR: "open"}


def test_a_handover_to_come_passes_on_its_day(two, successor):
    hand_over(two, two.township_reviewer, on=date(2026, 10, 9))
    assert sheets_of(successor) == {}
    with freeze_time("2026-10-08T16:02:00Z"):  # 0:02 on the last day: the successor begins tomorrow
        workflow.pass_on_tasks()
        workflow.pass_on_tasks()
    assert sheets_of(successor) == {NEIGHBOUR: "open"}


def test_who_convenes_is_asked_when_a_reviewer_left_without_a_successor(two):
    workflow.end(Appointment.objects.get(user=two.township_reviewer), by=two.county_office, on=LAST)
    assert reverse("review_panels") not in urls(two.township_office)
    with freeze_time(NEXT_DAY):
        first = todos_of(User.objects.get(pk=two.township_office.pk))[0]
    assert (first.url, first.urgent) == (reverse("review_panels"), True)
    assert two.township_reviewer.name in str(first.title)


def test_a_hearing_passes(place, successor):
    score_township(place)
    decision = decisions.decide(place.application, star=2, by=place.township_leader, reason="还要看一年")
    batches.release(prepare(place), by=place.township_office)
    decision.refresh_from_db()
    appeal = appeals.make_appeal(decision, reasons="得分够三星。", by=place.signer)
    appeals.convene(appeal, [place.county_reviewer, place.county_office], by=place.county_office)
    hand_over(place, place.county_reviewer)
    assert set(Hearer.objects.values_list("user__username", flat=True)) == {"successor", "county_office"}
    with freeze_time(NEXT_DAY):
        assert urls(successor)[0] == reverse("review_appeals")
