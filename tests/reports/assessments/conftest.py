"""A county of two townships with stars of 2026 in the new year, and its assessment as a draft."""

from datetime import date
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from reports.assessments import keeping
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, DecisionFactory, StarPeriodFactory, UnitFactory, person

FIRST, SECOND = "330624108", "330624109"
FORMULA = (
    '{"format": "pingxing-assessment/1", "name": "乡镇考核", "year": 2026, "unit": "330624", "assesses": "township", '
    '"on": "2026-12-31", "terms": [{"code": "a", "takes": "share_at_least", "star": 4, "weight": 40}, '
    '{"code": "b", "takes": "typed", "weight": 10.5}], "values": {"b": {"330624108": "0.8", "330624109": "1"}}}'
)
NOW = "2027-01-05 10:00+08:00"


def hold(code, star):
    decision = DecisionFactory(unit=UnitFactory(code=code), star=star, year=2025, on=date(2026, 1, 20))
    StarPeriodFactory(decision=decision, during=(date(2026, 1, 20), None))


@built_once(at=NOW)
def built(db):
    county = UnitFactory(code=COUNTY)
    for code in (FIRST, SECOND):
        UnitFactory(code=code)
    for number, star in enumerate((5, 4, 3), start=1):
        hold(f"{FIRST}20{number}", star)
    hold(f"{SECOND}201", 2)
    office, city = person(Role.COUNTY_OFFICE, COUNTY), person(Role.CITY_OFFICE, "3306")
    return SimpleNamespace(
        county=county,
        office=office,
        city=city,
        first=person(Role.TOWNSHIP_OFFICE, FIRST),
        second=person(Role.TOWNSHIP_LEADER, SECOND),
        elsewhere=person(Role.COUNTY_OFFICE, "330681"),
        one=keeping.write_assessment(county, FORMULA, by=office),
    )


@pytest.fixture
def rows(built, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield built
