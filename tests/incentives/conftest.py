"""A county on 24 November 2026: four villages with stars and figures, its finance and its leading-group office."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from accounts.models import User
from accounts.roles import Role
from incentives import workflow
from incentives.models import ProjectFund, RewardPolicy
from tests.built_once import built_once
from tests.factories import COUNTY, DecisionFactory, ProfileFactory, StarPeriodFactory, UnitFactory, person
from villages.models import Unit

TODAY = "2026-11-24"
NOW = TODAY + " 10:00+08:00"
STARS = {"330624108201": 5, "330624108202": 4, "330624108203": 3, "330624108204": 0}
PEOPLE = {"330624108201": 2000, "330624108202": 800, "330624108203": 1000, "330624108204": 999}
BANDS = [
    (5, 0, 1000, Decimal(30000)),
    (5, 1000, None, Decimal(50000)),
    (4, 0, 1000, Decimal(10000)),
    (4, 1000, None, Decimal(20000)),
    (3, 0, None, Decimal("1000.01")),
    *((star, 0, None, Decimal(0)) for star in (2, 1, 0)),
]


def hold(unit, star, since=date(2026, 1, 20), until=None):
    """``unit`` holds ``star`` in the register from ``since`` on."""
    decision = DecisionFactory(unit=unit, star=star, year=2025, on=since)
    StarPeriodFactory(decision=decision, during=(since, until))


def make_county() -> Unit:
    county = UnitFactory(code=COUNTY)
    UnitFactory(code="330624108", name="沙溪镇")
    for code, star in STARS.items():
        unit = UnitFactory(code=code)
        ProfileFactory(unit=unit, year=2025, population=PEOPLE[code], households=PEOPLE[code] // 3)
        if star:
            hold(unit, star)
    return county


def draft_policy(county: Unit, finance: User, **terms) -> RewardPolicy:
    terms = {
        "name": "2025年度星级村奖励",
        "year": 2025,
        "reckoning_day": date(2026, 3, 1),
        "starts": date(2026, 1, 1),
        "ends": date(2026, 12, 31),
        "budget": Decimal(100000),
        "bands": BANDS,
    } | terms
    return workflow.draft_policy(unit=county, by=finance, **terms)


def draft_project_fund(county: Unit, finance: User, **terms) -> ProjectFund:
    terms = {
        "name": "美丽乡村建设项目资金",
        "year": 2025,
        "department": "农业农村局",
        "reckoning_day": date(2026, 3, 1),
        "starts": date(2026, 1, 1),
        "ends": date(2026, 12, 31),
        "budget": Decimal("100000.01"),
        "min_star": 3,
    } | terms
    if "planned" not in terms:
        terms = {"weights": {5: Decimal(2), 4: Decimal("1.5"), 3: Decimal(1)}, "need": "population"} | terms
    return workflow.draft_fund(unit=county, by=finance, **terms)


def take_effect(source: RewardPolicy | ProjectFund, finance: User, office: User) -> RewardPolicy | ProjectFund:
    """Takes a draft through opinion and filing to effect."""
    workflow.seek_opinion(source, by=finance)
    workflow.give_opinion(source, agreed=True, number=f"备{source.PAGE}{source.pk}", by=office)
    workflow.make_effective(source, by=finance)
    return source


@built_once(at=NOW)
def county(db):
    return make_county()


@built_once(at=NOW)
def finance(county):
    return person(Role.FINANCE, COUNTY)


@built_once(at=NOW)
def office(county):
    return person(Role.COUNTY_OFFICE, COUNTY)


@pytest.fixture
def draft(county, finance):
    """Makes a draft policy: ``draft(coefficient=…, bands=…)``."""
    return partial(draft_policy, county, finance)


@pytest.fixture
def draft_fund(county, finance):
    return partial(draft_project_fund, county, finance)


@pytest.fixture
def effect(finance, office):
    return partial(take_effect, finance=finance, office=office)


@pytest.fixture
def granted(draft, effect, finance):
    """A policy in effect whose rewards are committed."""

    def make(**terms):
        policy = effect(draft(**terms))
        workflow.grant(policy, by=finance)
        return policy

    return make
