"""A county with villages of four and three stars, and the people of a round."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from honours.models import Nomination, Round
from honours.workflow import checking, nominating, rounds
from ratings.events.happening import Happening
from ratings.register.rerating import rerate
from ratings.workflow import event as events
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    DecisionFactory,
    SchemeFactory,
    UnitFactory,
    UserFactory,
    person,
)

CITY = "3306"
THREE_STARS = f"{TOWNSHIP}205"
FIVE_STARS = f"{TOWNSHIP}206"
DAY = date(2026, 3, 10)
NOW = "2026-03-20 10:00+08:00"
AFTER = datetime.fromisoformat("2026-03-21T10:00+08:00")
"""When the list may be closed: the day after the last one of nominations."""
TERMS = {
    "level": "county",
    "name": "2026年县级示范村",
    "day": DAY,
    "nominate_until": date(2026, 3, 20),
    "valid_until": date(2029, 3, 10),
    "barring": ["case_opened"],
    "departments": ["纪委监委", "公安局"],
    "basis": "新委〔2026〕12号",
    "award": 500000,
}


@pytest.fixture(autouse=True)
def clock():
    with freeze_time(NOW) as frozen:
        yield frozen


def department(name: str, username: str, county: str = COUNTY):
    user = UserFactory(username=username)
    AppointmentFactory(role=Role.DEPARTMENT, unit=UnitFactory(code=county), user=user, department=name)
    return user


@built_once(at=NOW)
def who(db) -> SimpleNamespace:
    UnitFactory(code="33")
    UnitFactory(code=CITY)
    who = SimpleNamespace(
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        signer=person(Role.SIGNER, VILLAGE, username="signer"),
        low=person(Role.SIGNER, THREE_STARS, username="low"),
        five=person(Role.SIGNER, FIVE_STARS, username="five"),
        leader=person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="leader"),
        county=person(Role.COUNTY_OFFICE, COUNTY, username="county"),
        discipline=person(Role.DISCIPLINE, COUNTY, username="discipline"),
        finance=person(Role.FINANCE, COUNTY, username="finance"),
        city=person(Role.CITY_OFFICE, CITY, username="city"),
        police=department("公安局", "police"),
        other=person(Role.COUNTY_OFFICE, "330681", username="other"),
    )
    scheme = SchemeFactory()
    for code, star in ((VILLAGE, 4), (THREE_STARS, 3), (FIVE_STARS, 5)):
        DecisionFactory(unit=UnitFactory(code=code), star=star, scheme=scheme)
    rerate([VILLAGE, THREE_STARS, FIVE_STARS])
    return who


def opened(who, **changes) -> Round:
    """A round of the county (or, with ``level``, of the city) that is open."""
    by = who.county if changes.get("level", "county") == "county" else who.city
    unit = UnitFactory(code=COUNTY if by == who.county else CITY)
    return rounds.open_(rounds.draft(unit, by=by, **(TERMS | changes)), by=by)


def fall(who) -> None:
    """The village of four stars falls to three on the day after the round's."""
    happening = Happening(UnitFactory(code=VILLAGE), "case_opened", DAY + timedelta(days=1))
    events.record(happening, by=who.discipline, sure=True)


def nominated(round: Round, by, code: str = VILLAGE) -> Nomination:
    return nominating.nominate(round, UnitFactory(code=code), by=by, grounds="村务公开做得好")


def listed(who, round: Round, by=None, code: str = VILLAGE) -> Nomination:
    """Nominated, and supported by every level."""
    one = nominated(round, by or who.signer, code)
    for level in (who.leader, who.county) if round.ends_at_county else (who.leader, who.county, who.city):
        one = nominating.support(one, by=level, text="同意推荐")
    return one


def under_notice(who, round: Round) -> Round:
    """The list is closed, the departments have found nothing, the public notice runs."""
    by = who.county if round.ends_at_county else who.city
    round = rounds.ask_departments(round, by=by, at=AFTER)
    county = UnitFactory(code=COUNTY)
    checking.reply(round, county, "纪委监委", by=who.discipline)
    checking.reply(round, county, "公安局", by=who.police)
    return rounds.publish(round, by=by)


def named(who, clock, round: Round | None = None) -> Nomination:
    """The village of four stars, named on 30 March."""
    round = round or opened(who)
    one = listed(who, round)
    under_notice(who, round)
    clock.move_to("2026-03-30 10:00+08:00")
    (one,) = rounds.name(round, by=who.county if round.ends_at_county else who.city, document="新委〔2026〕30号")
    return one
