"""What is kept of a province is what is counted on the spot."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from reports import dashboard, rollups
from reports.kept_standings import kept
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
    person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.SECOND_FACTOR_REQUIRED = False


@built_once
def province(db):
    unit = UnitFactory(code="33")
    for code in ("3306", COUNTY, TOWNSHIP, "3307", "330702"):
        UnitFactory(code=code)
    cycle = CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY)))
    for n in range(201, 207):
        village = UnitFactory(code=f"{TOWNSHIP}{n}")
        ApplicationFactory(cycle=cycle, unit=village, state="submitted" if n % 2 else "draft")
        StarPeriodFactory(decision=DecisionFactory(unit=village, star=n % 3, on=date(2026, 1, 20)))
    EventFactory(unit=village)
    UnitFactory(code="330702001201")
    return unit


def counted(unit, now):
    seen = dashboard.board(unit, now, with_open=False)
    return [seen.total, *seen.places], [stage.count for stage in seen.pipe]


def test_what_is_kept_equals_what_is_counted(province):
    with freeze_time(at(2026, 11, 24, 8)):
        now = timezone.now()
        direct = counted(province, now)
        assert kept(province, date(2026, 11, 24)) is None
        assert rollups.refresh(now) == rollups.refresh(now)
        assert counted(province, now) == direct
        assert [place.rated for place in direct[0]] == [7, 6, 1]
    assert kept(province, date(2026, 11, 25)) is None


def test_the_dashboard_of_a_province_says_when_it_was_counted(client, province):
    with freeze_time(at(2026, 11, 24, 8)):
        rollups.refresh(timezone.now())
        client.force_login(person(Role.CITY_LEADER, "33"))
        assert client.get(reverse("dashboard", args=["33"])).context["board"].counted_at == timezone.now()
        assert client.get(reverse("dashboard", args=["33"]), {"day": "2026-11-01"}).context["board"].counted_at is None
