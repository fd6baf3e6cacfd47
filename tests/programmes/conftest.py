"""A county with two villages, its own standard, and a programme that asks one thing more."""

from copy import deepcopy
from decimal import Decimal
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from programmes.workflow import cycle as workflow
from ratings.workflow.scheme import import_scheme
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AnswerFactory,
    ApplicationFactory,
    CycleFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)

OTHER = f"{TOWNSHIP}205"
SHARED = {
    "1.1.a": 1,
    "1.2": 96,
    "2.1.a": 1,
    "2.1.b": 1,
    "2.1.c": 1,
    "2.1.d": 0,
    "2.1.e": 0,
    "2.2": Decimal("8.5"),
    "B.1.a": 1,
    "D.1.a": 0,
}
"""Every answer of the ordinary application."""
NOW = "2026-12-01 10:00+08:00"
UNTIL = at(2026, 12, 10)


@pytest.fixture(autouse=True)
def clock():
    with freeze_time(NOW) as frozen:
        yield frozen


def provincial(**changes) -> dict:
    """The county's standard with other points and grades, and two questions of its own: one is the office's."""
    body = scheme_body(name="省级清廉村评定", townships_decide_up_to=0)
    areas = deepcopy(body["areas"])
    areas[0]["criteria"][0] |= {"max": 20}
    areas[0]["criteria"][0]["items"][0] |= {"per": 4}
    areas[1]["criteria"] += [
        {
            "code": "9.1",
            "name": "清廉阵地",
            "max": 5,
            "method": "tiers",
            "figure": "处",
            "tiers": [{"at_least": 2, "points": 5}, {"at_least": 1, "points": 3}],
        },
        {"code": "9.2", "name": "暗访", "max": 5, "method": "judged", "supplier": "county"},
    ]
    stars = [{"star": 2, "total": 45}, {"star": 1, "total": 30}]
    return body | {"areas": areas, "stars": stars, "events": [], "rules": []} | changes


@built_once(at=NOW)
def place(db) -> SimpleNamespace:
    for code in ("33", COUNTY[:4], COUNTY, TOWNSHIP, VILLAGE, OTHER):
        UnitFactory(code=code)
    ordinary = CycleFactory()
    application = ApplicationFactory(cycle=ordinary, state="submitted")
    for item, value in SHARED.items():
        AnswerFactory(application=application, item=item, value=Decimal(value))
    scheme = import_scheme(provincial(), by=None, issue=True, programme="sheng")
    return SimpleNamespace(
        application=application,
        scheme=scheme,
        cycle=workflow.open_cycle(scheme, answers_until=UNTIL, by=None),
        village=UnitFactory(code=VILLAGE),
        other=UnitFactory(code=OTHER),
        office=person(Role.COUNTY_OFFICE, COUNTY, username="office"),
        city=person(Role.CITY_OFFICE, COUNTY[:4], username="city"),
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        neighbour=person(Role.FILLER, OTHER, username="neighbour"),
        township=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="township"),
    )
