"""Handing over a post: one step, no gap, the old session loses its permissions, to-dos follow the post."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts import workflow
from accounts.models import Appointment, AppointmentEvent, User
from accounts.roles import Role
from accounts.todo_list import todos_of
from accounts.workflow import Who
from ratings.models import Application
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.clients import api_of
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, VILLAGE, ApplicationFactory, AppointmentFactory, UserFactory, person
from tests.form_steps import pressed

pytestmark = pytest.mark.django_db

LAST = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def clock():
    with freeze_time("2026-11-24 10:00+08:00") as frozen:
        yield frozen


@pytest.fixture
def village():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office")
    old = person(Role.FILLER, VILLAGE, username="old", name="俞小明")
    return office, old, old.appointments.get()


def test_the_successor_begins_the_day_after(village):
    office, old, post = village
    engaged = workflow.hand_over([post], Who("吕大力"), by=office, on=LAST)
    post.refresh_from_db()
    [new] = engaged.appointments
    assert (post.ends, new.starts, new.ends, new.role) == (LAST, LAST + timedelta(days=1), None, Role.FILLER)
    verbs = AppointmentEvent.objects.filter(pgh_obj__in=[post, new], pgh_context__user=office.pk).order_by("pgh_id")
    assert [one.pgh_context["verb"] for one in verbs] == ["accounts.end", "accounts.appoint", "accounts.hand_over"]


def test_both_posts_of_one_person_pass_on_together(village):
    office, old, post = village
    both = [post, AppointmentFactory(user=old, role=Role.SIGNER, unit_id=VILLAGE)]
    engaged = workflow.hand_over(both, Who("吕大力"), by=office, on=LAST)
    assert {one.role for one in engaged.appointments} == {Role.FILLER, Role.SIGNER}
    assert Appointment.objects.filter(user=old, ends=LAST).count() == 2


def test_what_is_refused(village):
    office, old, post = village
    with pytest.raises(Incomplete):
        workflow.hand_over([post], Who("俞小明", "old"), by=office, on=LAST)
    with pytest.raises(Incomplete):
        workflow.hand_over([post], Who("吕大力", "nobody"), by=office, on=LAST)
    with pytest.raises(NotAllowed):
        workflow.hand_over([post], Who("吕大力"), by=person(Role.TOWNSHIP_OFFICE, "330681001"), on=LAST)
    post.refresh_from_db()
    assert post.ends is None


def test_the_old_session_ends_with_the_office_and_the_draft_waits_for_the_successor(client, village, clock):
    office, old, post = village
    application = ApplicationFactory(unit_id=VILLAGE, filled_by=old)
    new = UserFactory(username="new", name="吕大力")
    workflow.hand_over([post], Who("吕大力", "new"), by=office, on=LAST)
    form = reverse("application_form", args=[application.pk])
    api = f"/api/v1/applications/{application.pk}/"
    client.force_login(old)
    program = api_of(old)
    waiting = [todo.url for todo in todos_of(User.objects.get(pk=old.pk))]
    assert client.get(form).status_code == 200
    assert program.get(api).status_code == 200
    assert waiting != [] == todos_of(new)

    clock.move_to("2026-12-01 09:00+08:00")
    client.force_login(old)
    program.force_authenticate(User.objects.get(pk=old.pk))
    assert client.get(form).status_code == 404
    assert program.get(api).status_code == 404
    assert todos_of(User.objects.get(pk=old.pk)) == []
    assert [todo.url for todo in todos_of(User.objects.get(pk=new.pk))] == waiting
    client.force_login(new)
    assert client.get(form).status_code == 200
    assert Application.objects.get().filled_by == old


def test_by_page_and_by_program(client, village):
    office, old, post = village
    client.force_login(office)
    page = reverse("appointment_hand_over", args=[post.pk])
    assert [p.pk for p in client.get(page).context["form"].fields["posts"].queryset] == [post.pk]
    done = pressed(client, page, {"on": LAST.isoformat(), "posts": [post.pk], "name": "吕大力"})
    assert [slip.name for slip in done.context["slips"]] == ["吕大力"]
    UserFactory(username="third", name="周三")
    program = api_of(User.objects.get(pk=office.pk))
    new = Appointment.objects.get(user__name="吕大力")
    given = {"username": "third", "name": "周三", "on": "2026-12-31"}
    answer = program.post(f"/api/v1/appointments/{new.pk}/hand-over/", given)
    assert (answer.status_code, answer.json()["starts"]) == (201, "2027-01-01")


def test_a_deputy_hands_nothing_over(village):
    office = village[0]
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    deputy = workflow.deputise(
        leader.appointments.get(), office, by=leader, starts=date(2026, 11, 24), ends=date(2026, 11, 30)
    )
    with pytest.raises(WrongState):
        workflow.hand_over([deputy], Who("吕大力"), by=person(Role.COUNTY_OFFICE, "330624"), on=date(2026, 11, 25))
