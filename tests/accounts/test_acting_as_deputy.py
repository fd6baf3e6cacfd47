"""Which acts are those of a deputy: by the borrowed right, there and then."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.deputies import authorized_act, by_deputies, signature
from accounts.roles import Role
from tests.accounts.deputies import FIRST, LAST, stand_in
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with freeze_time("2026-11-24 10:00+08:00") as frozen:
        yield frozen


@pytest.fixture
def colleague():
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    colleague = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    stand_in(leader.appointments.get(), colleague)
    return colleague


def marked(user, verb, unit, day):
    at = timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=12)
    return bool(by_deputies([authorized_act(user.pk, verb, unit, at)]))


@pytest.mark.parametrize(
    ("verb", "unit", "day", "expected"),
    [
        ("decide_township", VILLAGE, FIRST, True),
        ("confirm_proposal", VILLAGE, LAST, True),
        ("decide_township", "", FIRST, True),
        ("decide_township", VILLAGE, FIRST - timedelta(days=1), False),
        ("decide_township", VILLAGE, LAST + timedelta(days=1), False),
        ("decide_township", "330681001218", FIRST, False),
        ("accept", VILLAGE, FIRST, False),
        ("disburse", VILLAGE, FIRST, False),
        ("a verb that nobody registered", VILLAGE, FIRST, False),
    ],
)
def test_only_under_the_borrowed_right_there_and_then(colleague, clock, verb, unit, day, expected):
    assert marked(colleague, verb, unit, day) is expected
    clock.move_to("2027-05-01 10:00+08:00")
    assert marked(colleague, verb, unit, day) is expected


def test_who_holds_the_office_too_acts_in_the_own_right(colleague):
    AppointmentFactory(
        user=colleague, role=Role.TOWNSHIP_LEADER, unit=UnitFactory(code=TOWNSHIP), starts=date(2027, 1, 1)
    )
    assert marked(colleague, "decide_township", VILLAGE, FIRST) is True
    assert marked(colleague, "decide_township", VILLAGE, date(2027, 1, 2)) is False


def test_how_it_is_written():
    assert (signature("俞小明", True), signature(UserFactory(name="俞小明"), False)) == ("俞小明（代）", "俞小明")
