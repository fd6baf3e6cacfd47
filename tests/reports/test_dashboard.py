"""What the dashboard counts: stages, stars, movement, warnings and open events, only below the unit."""

from datetime import date

import pytest
from django.test.utils import CaptureQueriesContext

from ratings.models import Return
from ratings.workflow.transition import move
from reports import dashboard
from reports.warnings import findings
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    ObjectionFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    UserFactory,
    WindowFactory,
    at,
    judged_by_both,
)

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 24, 8)
ELSEWHERE = "330681001218"


@pytest.fixture(autouse=True)
def _today():
    with freeze_time(NOW):
        yield


def village(n: int):
    return UnitFactory(code=f"{TOWNSHIP}{n}")


@built_once(at=NOW)
def county(db):
    """Four villages in one township, one in another, and a village of another county with everything."""
    unit = UnitFactory(code=COUNTY)
    for code in (TOWNSHIP, "330624109", "330681", "330681001", "330624109201", ELSEWHERE):
        UnitFactory(code=code)
    for n in (201, 202, 203, 204):
        village(n)
    return unit


@built_once(at=NOW)
def cycle(county):
    return CycleFactory(scheme=SchemeFactory(unit=county))


def held(unit, star, start, end=None):
    decision = DecisionFactory(unit=unit, star=star, on=start, year=start.year - 1)
    return StarPeriodFactory(decision=decision, during=(start, end))


def board(unit=None, now=NOW):
    return dashboard.board(unit or UnitFactory(code=COUNTY), now)


def test_every_rated_unit_stands_in_one_stage(cycle):
    ApplicationFactory(cycle=cycle, unit=village(201), state="returned")
    ApplicationFactory(cycle=cycle, unit=village(202), state="county_review")
    ApplicationFactory(cycle=cycle, unit=village(203), state="confirmed")
    UnitFactory(code=f"{TOWNSHIP}001")  # a community is a unit, but not rated
    seen = board()
    assert [(stage.key, stage.count, stage.returned) for stage in seen.pipe] == [
        ("apply", 2, 0),
        ("township", 1, 1),
        ("county", 1, 0),
        ("notice", 0, 0),
        ("done", 1, 0),
    ]
    assert [(place.code, place.rated) for place in seen.places] == [(TOWNSHIP, 4), ("330624109", 1)]
    assert seen.confirmed_share == 20


def test_a_decision_that_is_not_released_shows_as_under_review(cycle):
    ApplicationFactory(cycle=cycle, unit=village(201), state="decided")
    ApplicationFactory(cycle=cycle, unit=village(202), state="decided", township_star=3)
    assert {square.code: square.stage for square in board().squares} == {
        f"{TOWNSHIP}201": "township",
        f"{TOWNSHIP}202": "county",
        f"{TOWNSHIP}203": "apply",
        f"{TOWNSHIP}204": "apply",
        "330624109201": "apply",
    }


def test_stars_and_movement_since_the_year_began(cycle):
    held(village(201), 3, date(2025, 1, 20), date(2026, 1, 20))
    held(village(201), 4, date(2026, 1, 20))
    held(village(202), 3, date(2025, 1, 20), date(2026, 3, 1))
    held(village(202), 2, date(2026, 3, 1))
    held(village(203), 5, date(2025, 1, 20))
    StarPeriodFactory(
        decision=DecisionFactory(unit=village(204)), during=(date(2024, 1, 1), None), superseded_at=at(2026, 2, 1)
    )
    held(UnitFactory(code=ELSEWHERE), 5, date(2025, 1, 20))
    total = board().total
    assert (dict(total.stars), total.up, total.down) == ({4: 1, 2: 1, 5: 1, 0: 2}, 1, 1)
    assert dict(total.before) == {3: 2, 5: 1, 0: 2}


def test_a_place_too_large_for_a_wall_is_counted_by_the_database(cycle, monkeypatch):
    ApplicationFactory(cycle=cycle, unit=village(201), state="submitted")
    held(village(202), 3, date(2026, 1, 20))
    by_row = board()
    monkeypatch.setattr(dashboard, "WALL", 2)
    counted = board()
    assert (len(by_row.squares), len(counted.squares)) == (5, 0)
    assert (counted.total, counted.places) == (by_row.total, by_row.places)


def test_a_city_shows_its_counties(cycle):
    city = UnitFactory(code="3306")
    held(UnitFactory(code=ELSEWHERE), 5, date(2026, 1, 20))
    seen = board(city)
    assert [(place.code, place.rated, place.stars[5]) for place in seen.places] == [(COUNTY, 5, 0), ("330681", 1, 1)]
    assert seen.squares == []


def test_a_township_sees_its_villages_and_the_countys_windows(cycle):
    seen = board(UnitFactory(code=TOWNSHIP))
    assert ([square.code[-3:] for square in seen.squares], seen.places) == (["201", "202", "203", "204"], [])
    assert (seen.year, seen.pipe[0].closes) == (2026, at(2027, 1, 1))


def test_of_a_past_day_only_a_townships_villages_are_asked_for_their_stages(cycle):
    ApplicationFactory(cycle=cycle, unit=village(201), state="county_review")
    day_before = at(2026, 11, 23, 8)
    assert {square.stage for square in board(UnitFactory(code=TOWNSHIP), day_before).squares} == {"county", "apply"}
    assert {square.stage for square in board(now=day_before).squares} == {"not_begun"}
    assert board(now=day_before).total.stars == board().total.stars


def test_open_events_flag_their_village(cycle):
    EventFactory(unit=village(201), on=date(2026, 3, 1))
    EventFactory(unit=village(202), on=date(2026, 3, 1), closed=date(2026, 5, 1))
    EventFactory(unit=UnitFactory(code=ELSEWHERE))
    seen = board()
    assert [(event.unit_id, event.kind_name) for event in seen.events] == [(f"{TOWNSHIP}201", "村干部被立案审查")]
    assert (seen.events_open, seen.total.flagged) == (1, 1)


def test_what_is_late_or_odd_is_found_in_a_place_with_what_was_measured(county):
    cycle = CycleFactory(scheme=SchemeFactory(unit=county), windows=False)
    WindowFactory(cycle=cycle, step="apply", closes=at(2026, 11, 14))
    overdue = ApplicationFactory(cycle=cycle, unit=village(201), state="returned")
    Return.objects.create(application=overdue, by=UserFactory(), due=at(2026, 11, 20))
    ApplicationFactory(cycle=cycle, unit=village(202), state="submitted", submitted_at=at(2026, 11, 10))
    proud = ApplicationFactory(cycle=cycle, unit=village(203), state="confirmed", submitted_at=at(2026, 11, 1))
    judged_by_both(proud, 95, 85)
    ObjectionFactory(decision=DecisionFactory(unit=village(203)))
    EventFactory(unit=village(204), on=date(2026, 1, 1))
    ObjectionFactory(decision=DecisionFactory(unit=UnitFactory(code=ELSEWHERE)))
    assert [(one.rule, one.unit[-6:], one.measured) for one in findings(NOW, COUNTY)] == [
        ("W6", "108204", {"value": 327, "limit": 183}),
        ("W7", "108203", {"value": 10, "limit": 10}),
        ("W3", "108202", {"value": 14, "limit": 7}),
        ("W1", "108204", None),
        ("W1", "109201", None),
        ("W2", "108201", None),
        ("W4", "108203", None),
    ]
    assert [one.leads_to for one in findings(NOW, COUNTY) if one.rule == "W2"] == [str(overdue.pk)]
    assert [one.rule for one in findings(NOW, "330624109")] == ["W1"]


def test_results_that_are_not_public_are_not_warned_of(cycle):
    proud = ApplicationFactory(cycle=cycle, unit=village(203), state="decided")
    judged_by_both(proud, 95, 70)
    assert findings(NOW, COUNTY) == []
    move([proud.pk], "release", "public_notice", by=None)
    assert [(warning.rule, warning.unit) for warning in findings(NOW, COUNTY)] == [("W7", proud.unit_id)]


def test_statements_do_not_grow_with_the_place(cycle, connection_queries):
    with connection_queries as small:
        board()
    for n in range(210, 260):
        ApplicationFactory(cycle=cycle, unit=village(n), state="submitted")
        EventFactory(unit=village(n))
    with connection_queries as large:
        board()
    assert len(large) == len(small) <= 7


@pytest.fixture
def connection_queries():
    from django.db import connection

    return CaptureQueriesContext(connection)


def test_villages_of_a_county_that_has_not_begun_are_not_late(cycle):
    city = UnitFactory(code="3306")
    ApplicationFactory(cycle=cycle, unit=village(201), state="submitted")
    seen = board(city)
    assert [(stage.key, stage.count) for stage in seen.pipe][:3] == [("not_begun", 1), ("apply", 4), ("township", 1)]
    assert seen.pipe[0].closes is None
    assert [place.code for place in seen.not_begun] == ["330681"]
    assert [place.code for place in seen.begun] == [COUNTY]


def test_where_all_have_begun_nothing_is_said_of_it(cycle):
    assert [stage.key for stage in board().pipe] == ["apply", "township", "county", "notice", "done"]
