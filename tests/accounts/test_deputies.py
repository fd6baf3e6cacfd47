"""Deputies: who names them, that their right ends by itself on page and API, that they are recused like everybody."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import workflow
from accounts.models import Appointment
from accounts.roles import Role
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.accounts.deputies import FIRST, LAST, fresh
from tests.clients import api_of
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with freeze_time("2026-11-24 10:00+08:00") as frozen:
        yield frozen


@pytest.fixture
def leader():
    return person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="leader")


@pytest.fixture
def colleague(leader):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="colleague")


def deputise(post, deputy, by, starts=FIRST, ends=LAST):
    return workflow.deputise(post, fresh(deputy), by=fresh(by), starts=starts, ends=ends)


def test_the_right_holds_on_its_days_and_ends_by_itself(leader, colleague, clock):
    made = deputise(leader.appointments.get(), colleague, leader)
    assert (made.role, made.unit_id, made.deputy_for.user) == (Role.TOWNSHIP_LEADER, TOWNSHIP, leader)
    for day, may in (("2026-11-24", True), ("2026-11-30", True), ("2026-12-01", False)):
        clock.move_to(f"{day} 12:00+08:00")
        assert fresh(colleague).has_perm("reviews.decide_township", made.unit) is may


def test_who_may_name_one(leader, colleague):
    post = leader.appointments.get()
    county = person(Role.COUNTY_OFFICE, COUNTY)
    deputise(post, colleague, county)
    for other in (colleague, person(Role.COUNTY_OFFICE, "330681"), person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)):
        with pytest.raises(NotAllowed):
            deputise(post, colleague, other, FIRST + timedelta(days=30), LAST + timedelta(days=30))


def test_a_deputy_names_no_further_deputy():
    county, second = person(Role.COUNTY_OFFICE, COUNTY), person(Role.DISCIPLINE, COUNTY)
    third = person(Role.FINANCE, COUNTY)
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    reviewer = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)
    made = deputise(county.appointments.get(), second, county)
    for post in (made, county.appointments.get(), leader.appointments.get()):
        with pytest.raises(NotAllowed):
            deputise(post, reviewer if post.unit_id == TOWNSHIP else third, second)


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (FIRST - timedelta(days=1), LAST, "starts"),
        (LAST, FIRST, "ends"),
        (FIRST, date(2027, 1, 2), "ends"),
    ],
)
def test_the_days_lie_within_the_office_and_not_in_the_past(colleague, leader, starts, ends, field):
    Appointment.objects.filter(user=leader).update(ends=date(2026, 12, 31))
    with pytest.raises(Incomplete) as refused:
        deputise(leader.appointments.get(), colleague, leader, starts, ends)
    assert list(refused.value.problems) == [field]


def test_only_a_colleague_of_the_same_unit_stands_in(leader):
    for stranger in (person(Role.FILLER, VILLAGE), person(Role.TOWNSHIP_OFFICE, "330681001"), UserFactory()):
        with pytest.raises(NotAllowed):
            deputise(leader.appointments.get(), stranger, leader)


def test_reviewers_and_administrators_have_no_deputy():
    for role, code in ((Role.TOWNSHIP_REVIEWER, TOWNSHIP), (Role.AUDITOR, "3306"), (Role.FILLER, VILLAGE)):
        one = person(role, code)
        AppointmentFactory(user=(other := UserFactory()), role=Role.TOWNSHIP_OFFICE, unit=UnitFactory(code=code))
        with pytest.raises(NotAllowed):
            deputise(one.appointments.get(), other, one)


def test_the_database_itself_wants_an_end(leader, colleague):
    with pytest.raises(IntegrityError, match="appointment_of_deputy_ends"), transaction.atomic():
        Appointment.objects.create(
            user=colleague,
            role=Role.TOWNSHIP_LEADER,
            unit_id=TOWNSHIP,
            starts=FIRST,
            deputy_for=leader.appointments.get(),
        )


def test_it_ends_with_the_office_and_when_the_holder_is_back(leader, colleague):
    post = leader.appointments.get()
    made = deputise(post, colleague, leader)
    workflow.end(made, by=fresh(leader), on=FIRST)
    made.refresh_from_db()
    assert made.ends == FIRST
    later = deputise(post, colleague, leader, FIRST + timedelta(days=3), FIRST + timedelta(days=10))
    deputise(post, colleague, leader, FIRST + timedelta(days=11), LAST + timedelta(days=30))
    workflow.end(post, by=person(Role.COUNTY_OFFICE, COUNTY), on=FIRST + timedelta(days=5))
    assert [(one.pk, one.ends) for one in post.deputies.order_by("pk")] == [
        (made.pk, FIRST),
        (later.pk, FIRST + timedelta(days=5)),
    ]


def test_by_page_and_by_program(client, leader, colleague):
    post = leader.appointments.get()
    client.force_login(leader)
    page = reverse("deputies", args=[post.pk])
    days = {"starts": FIRST.isoformat(), "ends": LAST.isoformat()}
    assert list(client.get(page).context["form"].fields["deputy"].queryset) == [colleague]
    assert client.post(page, {"deputy": colleague.pk, **days}).headers["Location"] == page
    made = post.deputies.get()
    client.post(reverse("deputy_end", args=[post.pk, made.pk]))
    made.refresh_from_db()
    assert made.ends == FIRST
    program = api_of(fresh(leader))
    address = f"/api/v1/appointments/{post.pk}/deputies/"
    days = {"starts": "2026-12-01", "ends": "2026-12-02"}
    answer = program.post(address, {"username": "colleague", **days})
    assert (answer.status_code, answer.json()["deputy_for"]) == (201, post.pk)
    assert program.post(address, {"username": "nobody", **days}).status_code == 400
    assert len(program.get(address).json()) == 2


def test_nobody_makes_themselves_a_deputy(leader):
    county = person(Role.COUNTY_OFFICE, COUNTY)
    colleague = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    AppointmentFactory(user=colleague, role=Role.COUNTY_OFFICE, unit_id=COUNTY)
    with pytest.raises(WrongState):
        deputise(leader.appointments.get(), colleague, colleague)
    assert county.appointments.count() == 1
