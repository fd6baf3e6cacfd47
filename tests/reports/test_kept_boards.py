"""A dashboard that was drawn is shown again until something that it counts has changed: at once, and only then."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Cycle, Reversal
from reports.board_changes import PERIODS, WATCHED, look
from reports.models import TilePosition
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    ObjectionFactory,
    PointsFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
    person,
)
from villages.models import Unit

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 24, 8)
VILLAGE, ELSEWHERE = f"{TOWNSHIP}201", "330681001201"


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


@pytest.fixture
def world():
    """A county with two townships and a village; another one beside it."""
    for code in ("33", "3306", COUNTY, TOWNSHIP, "330624109", VILLAGE, "330681", "330681001", ELSEWHERE):
        UnitFactory(code=code)
    for county in (COUNTY, "330681"):
        CycleFactory(scheme=SchemeFactory(unit=Unit.objects.get(code=county)))
    seal()


def seal() -> None:
    """As at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def is_drawn(client, code: str = COUNTY) -> bool:
    """Whether the dashboard was counted anew; it shows the same either way."""
    with CaptureQueriesContext(connection) as seen:
        page = client.get(reverse("dashboard", args=[code]))
    assert 'id="wall"' in page.content.decode()
    return any("'stars' as question" in query["sql"] for query in seen)


def test_who_comes_back_finds_the_page_as_it_was_drawn(client, world):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    seal()
    pages = [client.get(reverse("dashboard", args=[COUNTY])).content.decode() for _twice in range(2)]
    first, again = (re.sub(r'nonce="[^"]*"|value="\w{64}"|"X-CSRFToken": "\w+"', "", page) for page in pages)
    assert first == again
    assert not is_drawn(client)
    client.cookies["django_language"] = "en"
    assert is_drawn(client)
    client.cookies["django_language"] = "zh-hans"
    EventFactory(unit=Unit.objects.get(code=ELSEWHERE))
    assert not is_drawn(client)
    EventFactory(unit=Unit.objects.get(code=VILLAGE))
    assert is_drawn(client)


def test_readers_with_other_rights_find_other_parts(client, world):
    """The county's office sees the money of a township, its leader does not."""
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    seal()
    assert [is_drawn(client, TOWNSHIP), is_drawn(client, TOWNSHIP)] == [True, False]
    client.force_login(person(Role.TOWNSHIP_LEADER, TOWNSHIP))
    assert is_drawn(client, TOWNSHIP)


def test_what_a_day_says_is_drawn_anew_on_the_next(client, world):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    seal()
    assert [is_drawn(client), is_drawn(client)] == [True, False]
    with freeze_time(at(2026, 11, 25, 0, 1)):
        client.force_login(person(Role.DISCIPLINE, COUNTY))
        assert is_drawn(client)


def _village() -> Unit:
    return Unit.objects.get(code=VILLAGE)


def _application(**fields):
    return ApplicationFactory(unit=_village(), cycle=Cycle.objects.get(unit=COUNTY), **fields)


def _reversed():
    event, by = EventFactory(unit=_village()), person(Role.DISCIPLINE, "330681")
    return Reversal.objects.create(event=event, on=date(2026, 11, 1), at=NOW, by=by, document="1", reason="1")


def _tile():
    office = person(Role.COUNTY_OFFICE, "330681")
    return TilePosition.objects.create(unit_id=TOWNSHIP, row=1, column=1, placed_by=office)


CHANGES = {
    "an application": _application,
    "its step": lambda: _application(state="submitted"),
    "points": lambda: PointsFactory(application=_application()),
    "an event": lambda: EventFactory(unit=_village()),
    "its reversal": _reversed,
    "a decision": lambda: DecisionFactory(unit=_village()),
    "a star": lambda: StarPeriodFactory(decision=DecisionFactory(unit=_village())),
    "an objection": lambda: ObjectionFactory(decision=DecisionFactory(unit=_village()), unit=_village()),
    "a name": lambda: Unit.objects.filter(code=VILLAGE).update(name="改了名"),
    "a tile": _tile,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_at_once_where_it_counts(world, change):
    places = ("3306", COUNTY, TOWNSHIP, "330681")
    before = {code: look(code, None, NOW)[0] for code in places}
    assert [look(code, before[code], NOW)[1] for code in places] == [True] * 4
    CHANGES[change]()
    expected = [False, False, False, change != "its reversal"]
    assert [look(code, before[code], NOW)[1] for code in places] == expected
    seal()
    assert [look(code, before[code], NOW)[1] for code in places] == expected


def test_a_window_that_closes_is_a_change(world):
    before, _unchanged = look(COUNTY, None, NOW)
    assert [look(COUNTY, before, at(2026, 12, 31, 23))[1], look(COUNTY, before, at(2027, 1, 1))[1]] == [True, False]


def test_a_chain_that_is_another_one_proves_nothing(world):
    before, _unchanged = look(COUNTY, None, NOW)
    assert look(COUNTY, before._replace(hash="0" * 64), NOW)[1] is False


WITH_UNITS = {"villages_unitsuccession", "villages_reorganizationorder"}
"""They change in the transaction that changes their units."""


@pytest.mark.parametrize("code", ["3306", COUNTY, TOWNSHIP])
def test_whatever_is_read_for_a_page_is_watched(client, world, monkeypatch, code):
    """What is read for its reader alone is watched by nobody: it is asked on every visit."""
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # every statement in full
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY) if code != "3306" else person(Role.CITY_OFFICE, "3306"))
    seal()
    read = []
    for _drawn_and_kept in range(2):
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("dashboard", args=[code]))
        found = [set(re.findall(r'(?:from|join) "?([a-z]+_[a-z]+)"?', query["sql"], re.I)) for query in seen]
        read.append(found)
    drawn = [tables for tables in read[0] if tables not in read[1]]
    tables = set().union(*drawn) & set(connection.introspection.table_names())
    watched = {model._meta.db_table for model in (*WATCHED, PERIODS)}
    assert tables - watched - WITH_UNITS == set()
    assert {"ratings_decision", "ratings_points", "reviews_objection"} < tables
