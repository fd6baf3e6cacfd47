"""A draft of a county, the people who are asked about it, and the offices of city and sister counties."""

from types import SimpleNamespace

import pytest

from accounts.roles import Role
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    SchemeFactory,
    UnitFactory,
    UserFactory,
    person,
)

CITY, SISTER, THIRD, ELSEWHERE = "3306", "330681", "330683", "330702"
NOW = "2026-12-01 10:00+08:00"


@pytest.fixture(autouse=True)
def clock():
    with freeze_time(NOW) as frozen:
        yield frozen


@built_once(at=NOW)
def who(db) -> SimpleNamespace:
    for code in ("33", CITY, COUNTY, TOWNSHIP, VILLAGE, SISTER, THIRD, "3307", ELSEWHERE):
        UnitFactory(code=code)
    department = UserFactory(username="department")
    AppointmentFactory(role=Role.DEPARTMENT, unit=UnitFactory(code=COUNTY), user=department, department="农业农村局")
    return SimpleNamespace(
        draft=SchemeFactory(unit_id=COUNTY, year=2027, state="draft", issued_at=None),
        office=person(Role.COUNTY_OFFICE, COUNTY, username="office"),
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        signer=person(Role.SIGNER, VILLAGE, username="signer"),
        township=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="township"),
        department=department,
        city=person(Role.CITY_OFFICE, CITY, username="city"),
        sister=person(Role.COUNTY_OFFICE, SISTER, username="sister"),
        third=person(Role.COUNTY_OFFICE, THIRD, username="third"),
        elsewhere=person(Role.COUNTY_OFFICE, ELSEWHERE, username="elsewhere"),
        leader=person(Role.CITY_LEADER, CITY, username="leader"),
    )
