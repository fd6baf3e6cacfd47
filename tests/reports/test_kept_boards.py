"""A dashboard that was drawn is shown again until something that it counts has changed: at once, and only
then; nothing is drawn anew but what counts it."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Application, Cycle, Decision, Event, Points, Reversal, StarPeriod, Window
from records.proof import histories
from reports.board_asked import Asked
from reports.board_changes import WATCHED, look
from reports.board_pictures import PARTS, Drawing, drawn_before, parts_of
from reports.findings import PICTURED, AsOf
from reports.kept_boards import drawn_by
from reports.models import TilePosition
from reviews.models import Objection
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
    PointsFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
    person,
)
from villages.models import Unit
from villages.townships import Townships

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 24, 8)
VILLAGE, ELSEWHERE = f"{TOWNSHIP}201", "330681001201"


@pytest.fixture(autouse=True)
def _today(settings, monkeypatch):
    settings.SECOND_FACTOR_REQUIRED = False
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # every statement in full
    cache.clear()  # what another test drew of the same place was rolled back, and nothing tells
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def world(db):
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


EVERYTHING = {"standings", "stars", "events", "disputes", "money", "losses_seen", "gap"}


def counted(client, code: str = COUNTY) -> set[str]:
    """What was counted anew for the dashboard; it shows the same either way."""
    with CaptureQueriesContext(connection) as seen:
        page = client.get(reverse("dashboard", args=[code]))
    assert 'id="wall"' in page.content.decode()
    return questions(seen) - {"losses"}  # which depends on what another test drew


def questions(seen: CaptureQueriesContext) -> set[str]:
    said = " ".join(query["sql"] for query in seen)
    return {*re.findall(r"'(\w+)' as question", said), *(["standings"] if 'AS "then"' in said else [])}


def test_who_comes_back_finds_the_page_as_it_was_drawn(client, world):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    seal()
    pages = [client.get(reverse("dashboard", args=[COUNTY])).content.decode() for _twice in range(2)]
    first, again = (re.sub(r'nonce="[^"]*"|value="\w{64}"|"X-CSRFToken": "\w+"', "", page) for page in pages)
    assert first == again
    assert counted(client) == set()
    client.cookies["django_language"] = "en"
    assert counted(client) == EVERYTHING
    client.cookies["django_language"] = "zh-hans"
    EventFactory(unit=Unit.objects.get(code=ELSEWHERE))
    assert counted(client) == set()
    EventFactory(unit=Unit.objects.get(code=VILLAGE))
    assert counted(client) == {"standings", "events"}
    seal()
    assert [counted(client), counted(client)] == [{"standings", "events"}, set()]


def test_readers_with_other_rights_find_other_parts(client, world):
    """The county's office sees the money of a township, its leader does not."""
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    seal()
    assert [counted(client, TOWNSHIP), counted(client, TOWNSHIP)] == [EVERYTHING, set()]
    client.force_login(person(Role.TOWNSHIP_LEADER, TOWNSHIP))
    assert counted(client, TOWNSHIP) == EVERYTHING - {"money"}


def test_what_a_day_says_is_drawn_anew_on_the_next(client, world):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    seal()
    assert [counted(client), counted(client)] == [EVERYTHING, set()]
    with freeze_time(at(2026, 11, 25, 0, 1)):
        client.force_login(person(Role.DISCIPLINE, COUNTY))
        assert counted(client) == EVERYTHING


def _village() -> Unit:
    return Unit.objects.get(code=VILLAGE)


def _application(**fields):
    return ApplicationFactory(unit=_village(), cycle=Cycle.objects.get(unit=COUNTY), **fields)


def _points():
    application = _application()
    DecisionFactory(unit=application.unit, application=application, cycle=application.cycle, origin="appeal")
    return PointsFactory(application=application, stage="appeal", points=7)


def _reversed():
    event, by = EventFactory(unit=_village()), person(Role.DISCIPLINE, "330681")
    return Reversal.objects.create(event=event, on=date(2026, 11, 1), at=NOW, by=by, document="1", reason="1")


def _objection():
    return ObjectionFactory(decision=DecisionFactory(unit=_village()), unit=_village())


def _tile():
    office = person(Role.COUNTY_OFFICE, "330681")
    return TilePosition.objects.create(unit_id=TOWNSHIP, row=1, column=1, placed_by=office)


CHANGES = {
    "an application": (_application, {Application}, set()),
    "its step": (lambda: _application(state="submitted"), {Application}, {"cycle", "not_yet"}),
    "points of a result": (_points, {Application, Decision, Points}, {"losses"}),
    "points of no result": (lambda: PointsFactory(application=_application()), {Application}, set()),
    "its year, which stands above it": (
        lambda: Cycle.objects.filter(unit=COUNTY).update(facts_until=date(2026, 12, 30)),
        {Cycle},
        set(),
    ),
    "an event": (lambda: EventFactory(unit=_village()), {Event}, {"wall", "events"}),
    "its reversal": (_reversed, {Event, Reversal}, set()),
    "a decision": (lambda: DecisionFactory(unit=_village()), {Decision}, set()),
    "a star": (
        lambda: StarPeriodFactory(decision=DecisionFactory(unit=_village())),
        {Decision, StarPeriod},
        {"wall", "stars", "movement", "star_table"},
    ),
    "an objection": (_objection, {Decision, Objection}, {"disputes"}),
    "a name": (lambda: Unit.objects.filter(code=VILLAGE).update(name="改了名"), {Unit}, {"wall"}),
    "a tile": (_tile, {TilePosition}, set()),
}
"""Each with the models of which rows have changed, and the parts of the county's dashboard that show it."""


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_at_once_where_it_counts(world, change):
    places = ("3306", COUNTY, TOWNSHIP, "330681")
    before = {code: look(code, None, NOW)[0] for code in places}
    assert [look(code, before[code], NOW)[1] for code in places] == [set()] * 4
    work, models, _parts = CHANGES[change]
    work()
    expected = [models] * 3 + [models & {Reversal}]
    assert [look(code, before[code], NOW)[1] for code in places] == expected
    seal()
    assert [look(code, before[code], NOW)[1] for code in places] == expected


EVERYTHING_ASKED = Asked(lists=True, questions=PICTURED, may_move=True, figure="high")


def _drawn() -> dict:
    unit = Unit.objects.get(code=COUNTY)
    drawing = Drawing(AsOf(unit, NOW.date()), EVERYTHING_ASKED, parts_of(unit, lists=True), Townships())
    return {name: drawing.draw(name) for name in drawing.parts}


@pytest.mark.parametrize("change", CHANGES)
def test_a_part_that_does_not_watch_a_change_does_not_show_it(world, change):
    work, models, altered = CHANGES[change]
    before = _drawn()
    work()
    assert {name for name, part in _drawn().items() if part != before[name]} == altered
    assert {name for name in altered if not PARTS[name].watched & models} == set()


def _losses_on(day: date) -> tuple[str, set[str]]:
    """What is lost as of the day, and what was counted for it."""
    drawing = Drawing(AsOf(Unit.objects.get(code=COUNTY), day), EVERYTHING_ASKED, ["losses"], Townships())
    with CaptureQueriesContext(connection) as seen:
        return drawing.draw("losses").html, questions(seen)


def test_what_was_drawn_of_the_same_points_leads_to_another_day(world):
    drawn_before.clear()
    points = _points()
    (past, counted), (other, again) = _losses_on(date(2026, 11, 22)), _losses_on(date(2026, 11, 23))
    assert (counted, again) == ({"losses_seen", "losses"}, {"losses_seen"})
    assert other == past.replace("day=2026-11-22", "day=2026-11-23")
    assert set(re.findall(r"day=[^\"]*", other)) == {"day=2026-11-23"}
    assert re.findall(r"day=", _losses_on(NOW.date())[0]) == []
    Points.objects.filter(pk=points.pk).update(points=3)
    assert _losses_on(date(2026, 11, 22))[0] != past


def test_a_window_that_closes_is_a_change(world):
    before, _changed = look(COUNTY, None, NOW)
    moments = at(2026, 12, 31, 23), at(2027, 1, 1)
    assert [look(COUNTY, before, moment)[1] for moment in moments] == [set(), {Window}]


def test_a_chain_that_is_another_one_proves_nothing(world):
    before, _changed = look(COUNTY, None, NOW)
    assert look(COUNTY, before._replace(hash="0" * 64), NOW)[1] == WATCHED


ON_THE_BOARD = ("cycle", "wall", "by_place", "open_events", "villages", "tiles", "movement", "not_yet", "star_table")
"""They are drawn from the same rows, of which each shows some columns."""
BESIDE = {"villages_unitsuccession", "villages_reorganizationorder", "ratings_stagepoints", "ratings_selfandpanel"}
"""They change in the transaction that changes their units, or the points that they sum up."""


@pytest.mark.parametrize("code", ["3306", COUNTY, TOWNSHIP])
@pytest.mark.parametrize("parts", [ON_THE_BOARD, *((name,) for name in PARTS if name not in ON_THE_BOARD)])
def test_whatever_is_read_for_parts_is_watched(world, code, parts):
    as_of = AsOf(Unit.objects.get(code=code), NOW.date())
    with CaptureQueriesContext(connection) as seen:
        drawing = Drawing(as_of, EVERYTHING_ASKED, parts, Townships())
        for name in parts:
            drawing.draw(name)
    found = [re.findall(r'(?:from|join) "?([a-z]+_[a-z]+)"?', query["sql"], re.I) for query in seen]
    tables = set().union(*found) & set(connection.introspection.table_names())
    models = {model for name in parts for model in PARTS[name].watched}
    models |= {history for model, history in histories().items() if model in models}  # written with each change
    watched = {model._meta.db_table for model in models}
    assert tables - BESIDE - watched == set()


def test_whatever_a_part_watches_is_looked_for():
    assert set().union(*(part.watched for part in PARTS.values())) == WATCHED


def test_an_update_of_whatever_a_part_is_drawn_by_draws_it_anew(settings):
    """Whichever app it lies in: how many days are left, how a figure is written, how a part is framed."""
    files = {str(path.relative_to(settings.BASE_DIR)) for path in drawn_by()}
    assert files >= {
        "accounts/templatetags/face.py",
        "ratings/register/rerating.sql",
        "records/deadlines.py",
        "templates/components/part.html",
    }
    assert not any("site-packages" in path for path in files)
