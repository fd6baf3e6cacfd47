"""The day on which most tests of applications take place: the default cycle of the factories accepts them then; and a
county's draft scheme with the office that writes it in the browser."""

import pytest

from accounts.roles import Role
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, SchemeFactory, UnitFactory, person

SPRING = "2026-04-01T02:00:00Z"


@pytest.fixture
def spring(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with freeze_time(SPRING):
        yield


@built_once(at=SPRING)
def office(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE):
        UnitFactory(code=code)
    return person(Role.COUNTY_OFFICE, COUNTY)


@built_once(at=SPRING)
def draft(office):
    return SchemeFactory(unit_id=COUNTY, year=2027, state="draft", issued_at=None)


@pytest.fixture
def writer(client, office):
    client.force_login(office)
    return client
