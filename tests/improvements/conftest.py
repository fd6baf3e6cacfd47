"""A county with a weak village, its people, and a helper unit."""

from datetime import date
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from improvements import workflow
from improvements.models import Plan
from ratings.workflow import decision as decisions
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    AppointmentFactory,
    CycleFactory,
    DecisionFactory,
    PointsFactory,
    UnitFactory,
    UserFactory,
    at,
    person,
)

HELPER = "县农业农村局"
NOW = "2026-01-20 10:00+08:00"


@pytest.fixture(autouse=True)
def clock():
    with freeze_time(NOW) as frozen:
        yield frozen


def helper_of(name: str, username: str, county: str = COUNTY):
    user = UserFactory(username=username)
    AppointmentFactory(role=Role.HELPER, unit=UnitFactory(code=county), user=user, department=name)
    return user


@built_once(at=NOW)
def who(db):
    UnitFactory(code="3306")
    return SimpleNamespace(
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        signer=person(Role.SIGNER, VILLAGE, username="signer"),
        office=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office"),
        leader=person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="leader"),
        county=person(Role.COUNTY_OFFICE, COUNTY, username="county"),
        city=person(Role.CITY_OFFICE, "3306", username="city"),
        helper=helper_of(HELPER, "helper"),
        other_helper=helper_of("县水利局", "other_helper"),
        far_helper=helper_of(HELPER, "far_helper", "330681"),
    )


POINTS = {"1.1": 6, "1.2": 10, "2.1": 4, "2.2": 5, "B.1": 0, "D.1": 2}


def result(star: int, *, year: int = 2025, unit: str = VILLAGE, cycle=None, points=POINTS):
    """A result of the township, with its points, confirmed on 20 January of the next year."""
    cycle = cycle or CycleFactory(scheme__year=year, windows=False)
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=unit), state="decided")
    for criterion, value in points.items():
        PointsFactory(application=application, stage="township", criterion=criterion, points=value)
    decision = DecisionFactory(
        application=application,
        cycle=cycle,
        unit=application.unit,
        year=year,
        star=star,
        total=sum(points.values()),
        origin="township",
        state="decided",
    )
    decisions.release([decision.pk], "评1号", by=None, at=at(year + 1, 1, 12))
    decisions.confirm({decision.pk: date(year + 1, 1, 20)}, at=at(year + 1, 1, 20))
    decision.refresh_from_db()
    return decision


def terms(plan: Plan, **changes) -> workflow.Terms:
    """A whole draft: a measure for each of the first two problems."""
    first, second = plan.problems.all()[:2]
    given = {
        "due": date(2026, 6, 30),
        "helper": HELPER,
        "measures": [
            workflow.PlannedMeasure(first.pk, "补齐五本台账"),
            workflow.PlannedMeasure(second.pk, "每月走访一次", "helper", date(2026, 5, 31)),
        ],
    }
    return workflow.Terms(**(given | changes))


def agreed(who, plan: Plan) -> Plan:
    """The plan, agreed by all three."""
    workflow.draw_up(plan, terms(plan), by=who.office)
    workflow.propose(plan, by=who.office)
    for one in (who.signer, who.helper, who.leader):
        plan = workflow.agree(plan, by=one)
    return plan
