"""The dashboard answers these in one look, each figure opening its list.

The discipline commission and the leading-group office of a county ask:

 1. What is late, whose turn is it, since when?
 2. Which warnings are there, and which are new?
 3. How far has the rating come, and what is in each step?
 4. Which area loses most points, and is it more than a year before?
 5. Which criteria lose most, and in which townships?
 6. How did the stars move over the years?
 7. Which events were there, in which month, and were they closed in time?
 8. How many objections and appeals, and how many were upheld?
 9. How much money is paid, and how much is frozen?
10. Do villages assess themselves higher than the panel does?

A township's leader asks 1, 2, 4, 6, 7, 8 and 10 of the own township, and:

 3. Which step is each of my villages in, and until when?
 5. Which criteria do my villages lose most in, and was it so a year before?
 9. Which star does each village hold, and which held another on 1 January?

A city's leader asks 1, 2, 6, 7, 8, 9 and 10 of the city, and:

 3. Which counties have not opened the year, and how far are the others?
 4. How do the counties stand beside each other, in rates?
 5. In which county did most villages rise or fall since 1 January?

A city's discipline commission asks what the city's leader asks, and of 7: in which county, and open since when?

(Finance's questions: tests/incentives/test_money_overview.py.)
"""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from followups.models import FollowUp
from ratings.models import Application
from reports import kept_warnings
from reports.board_pictures import drawn_before
from reports.findings import AsOf, counted, listed
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
    judged_by_both,
    person,
    walk,
)
from villages.models import Unit

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 24, 8)
ELSEWHERE = "330681001201"


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    drawn_before.clear()  # what another test drew of equal rows has no context any more
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def county(db):
    """Two townships of three villages with results, events, an objection and warnings; another county has the same."""
    for code in ("33", "3306", COUNTY, TOWNSHIP, "330624109", "330681", "330681001", ELSEWHERE):
        UnitFactory(code=code)
    cycle = CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY)))
    villages = [UnitFactory(code=f"{place}{n}") for place in (TOWNSHIP, "330624109") for n in (201, 202, 203)]
    other = CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code="330681")))
    for n, unit in enumerate([*villages, UnitFactory(code=ELSEWHERE)]):
        application = ApplicationFactory(
            cycle=other if unit.code == ELSEWHERE else cycle,
            unit=unit,
            state="confirmed" if n % 3 else "submitted",
        )
        judged_by_both(application, 12 if n == 1 else 8, 10 - n)
        if n % 3:
            decision = DecisionFactory(
                unit=unit,
                application=application,
                scheme=cycle.scheme,
                star=n % 6,
                on=date(2026, 3, 2),
                year=2026,
            )
            PointsFactory(application=application, stage=decision.origin, criterion="1.1", points=10 - n)
            StarPeriodFactory(decision=decision, during=(date(2026, 3, 2), None))
        EventFactory(unit=unit, on=date(2026, 1 + n, 5), closed=date(2026, 10, 1) if n % 2 else None)
    ObjectionFactory(decision=decision, unit=villages[-1])
    kept_warnings.refresh(NOW)


def figures(page: str, code: str) -> dict[str, int]:
    """Every link to a list with the figure that it stands under."""
    links = re.findall(rf'<a\s+href="(/dashboard/{code}/[a-z_]+/\?[^"]*)"[^>]*>(.*?)</a>', page, re.S)
    found = {}
    for address, text in links:
        numbers = re.findall(r"\d+", re.sub(r'<title>.*?</title>|<span class="hidden">.*?</span>|<[^>]+>', " ", text))
        question = address.split("/")[3]
        if numbers and question not in ("losses", "money"):
            found[unescape(address)] = int(numbers[-1])
    return found


def bare_figures(page: str) -> list[str]:
    """Cells of tables whose figure opens nothing; 0 counts nothing."""
    cells = re.findall(r'<td role="cell"[^>]*>(.*?)</td>', page, re.S)
    return [cell for cell in cells if re.fullmatch(r"[1-9]\d*", re.sub(r"<[^>]+>|\s", "", cell)) and "<a" not in cell]


@pytest.mark.parametrize(("role", "code"), [(Role.DISCIPLINE, COUNTY), (Role.CITY_LEADER, "3306")])
def test_every_figure_is_the_length_of_the_list_that_it_opens(client, county, role, code):
    client.force_login(person(role, code))
    page = client.get(reverse("dashboard", args=[code])).content.decode()
    shown = figures(page, code)
    asked = {address.split("/")[3] for address in shown}
    assert asked >= {"warnings", "stage", "stars", "events", "disputes", "gap", "moves"}
    assert ("open" in asked) == (code == COUNTY)
    assert bare_figures(page) == []
    counted = {address: client.get(address).context["page"].paginator.count for address in shown}
    assert counted == shown
    assert re.findall(r"<style|<script(?! src)| style=| on\w+=", page) == []


def test_the_same_question_of_another_county_is_not_found_nor_counted(client, county):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    seen = client.get(reverse("figure_list", args=[COUNTY, "events"])).context["page"]
    assert sorted({line.unit for line in seen})[-1] == "330624109203"
    for address in (
        reverse("figure_list", args=["330681", "events"]),
        reverse("figure_list", args=[COUNTY, "events"]) + f"?place={ELSEWHERE}",
        reverse("figure_list", args=[COUNTY, "nothing"]),
        reverse("figure_list", args=[COUNTY, "stars"]) + "?b=many",
        reverse("figure_list", args=[COUNTY, "stars"]) + "?b=4&b=many",
    ):
        assert client.get(address).status_code == 404


def test_the_points_lost_are_those_of_the_list(county):
    seen = AsOf(Unit.objects.get(code=COUNTY), NOW.date())
    rows = listed(seen, "losses", {})
    by_place = [[row for row in rows if row.unit.startswith(place)] for place in (TOWNSHIP, "330624109")]
    expected = [
        (place[0].unit[:9], "2026", "1.1", len(place), sum(row.n for row in place), sum(row.m for row in place))
        for place in by_place
    ]
    assert sorted((row.place, row.a, row.b, row.count, row.n, row.m) for row in counted(seen, ["losses"])) == expected


DAYS = ({}, {"day": "2026-02-10"})


def test_a_day_in_the_past_shows_what_was_then(client, county):
    client.force_login(person(Role.DISCIPLINE, COUNTY))

    def count(question, **chosen):
        address = reverse("figure_list", args=[COUNTY, question])
        return client.get(address, chosen).context["page"].paginator.count

    assert (count("events"), count("events", day="2026-02-10")) == (6, 2)
    assert (count("events", c="open"), count("events", c="open", day="2026-09-30")) == (3, 6)
    assert (count("disputes"), count("disputes", day="2026-11-01")) == (1, 0)
    assert count("stars", a="2026", b="0", day="2026-03-01") == 6
    assert (count("moves", b="0"), count("moves", c="0", day="2026-03-01"), count("moves", a="up")) == (6, 6, 0)
    assert (count("open"), count("open", day="2026-02-10")) == (3, 2)
    flagged = [client.get(reverse("dashboard", args=[COUNTY]), day).context["board"].total.flagged for day in DAYS]
    assert flagged == [3, 2]
    assert count("events", day="2099-01-01") == 6


def test_a_past_day_is_never_called_today(client, county):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    page = client.get(reverse("dashboard", args=[COUNTY]), {"day": "2026-09-30"}).content.decode()
    seen = re.findall(r"今天|现在|本周|星级墙：[^<]+|五星：[^<]+(?=</a>)", page.partition("<main")[2])
    assert [words.strip() for words in seen] == ["五星：2026年1村，2026年9月30日1村", "星级墙：6村2026年9月30日的星级"]


def test_the_headings_say_where_most_is_and_what_has_changed(client, county):
    """A rejected application is finished; nobody was named by it."""
    for n in (201, 202):
        StarPeriodFactory(
            decision=DecisionFactory(unit=UnitFactory(code=f"{TOWNSHIP}{n}"), star=5, on=date(2025, 3, 2)),
            during=(date(2025, 3, 2), date(2026, 3, 2)),
        )
    walk(Application.objects.get(unit=f"{TOWNSHIP}201"), "township_review", "rejected")
    client.force_login(person(Role.CITY_LEADER, "3306"))
    answers = dict(client.get(reverse("dashboard", args=["3306"])).context["answers"])
    assert (answers["cycle"], answers["move"], answers["notyet"]) == (
        "2026年度评定：评定完毕5村，占71%",
        "1月1日以来晋星0村，降星1村；降星最多的是单位330624，1村",
        "谁还没做：“乡镇评审”2村",
    )


def test_a_year_that_has_only_begun_does_not_hide_the_last_full_one(client, county):
    """Of the four with a result of 2026 one has its result of 2027 already."""
    village = UnitFactory(code=f"{TOWNSHIP}202")
    scheme = SchemeFactory(unit=UnitFactory(code=COUNTY), year=2027)
    early = ApplicationFactory(cycle=CycleFactory(scheme=scheme), unit=village, state="confirmed")
    judged_by_both(early, 9, 2)
    DecisionFactory(unit=village, application=early, scheme=scheme, star=1, on=date(2026, 11, 20), year=2027)
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    seen = client.get(reverse("dashboard", args=[COUNTY])).context
    assert (seen["losses"].year, seen["gap"].year, seen["gap"].units) == ("2026", "2026", 4)


def test_the_map_is_coloured_by_a_figure_of_choice(client, county):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    page = client.get(reverse("dashboard", args=[COUNTY]), {"figure": "apply"})
    seen = page.context["tiles"]
    assert [(tile.code, tile.row, tile.column, tile.percent) for tile in seen.tiles] == [
        (TOWNSHIP, 1, 4, 0),
        ("330624109", 3, 1, 0),
    ]
    past = client.get(reverse("dashboard", args=[COUNTY]), {"figure": "apply", "day": "2026-10-01"})
    assert (seen.key, past.context["tiles"].key) == ("apply", "high")


def test_a_list_is_taken_along_as_a_workbook(client, county):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    for question in ("warnings", "stage", "stars", "events", "disputes", "gap", "losses", "late"):
        book = client.get(reverse("figure_list", args=[COUNTY, question]), {"as": "xlsx"})
        assert (book.status_code, "sheet" in book["Content-Type"]) == (200, True)


def test_the_pictures_cost_few_statements(client, county):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    client.get(reverse("dashboard", args=[COUNTY]))
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("dashboard", args=[COUNTY]))
    assert len(seen) <= 12


COUNTYWIDE = {"late", "warnings", "cycle", "wall", "map", "years", "events", "disputes", "move", "gap"}


@pytest.mark.parametrize(
    ("role", "code", "answers"),
    [
        (Role.COUNTY_OFFICE, COUNTY, COUNTYWIDE | {"areas", "criteria", "notyet"}),
        (Role.TOWNSHIP_LEADER, TOWNSHIP, COUNTYWIDE - {"map"} | {"areas", "criteria", "stars"}),
        (Role.CITY_LEADER, "3306", COUNTYWIDE - {"wall"} | {"stars", "notyet"}),
        (Role.CITY_DISCIPLINE, "3306", COUNTYWIDE - {"wall"} | {"stars", "notyet"}),
    ],
)
def test_each_reader_finds_the_answers(client, county, role, code, answers):
    client.force_login(person(role, code))
    page = client.get(reverse("dashboard", args=[code])).content.decode()
    assert answers - set(re.findall(r'<section [^>]*aria-labelledby="(\w+)"', page)) == set()


def test_open_events_are_told_by_place_with_the_oldest(client, county):
    client.force_login(person(Role.CITY_DISCIPLINE, "3306"))
    found = client.get(reverse("dashboard", args=["3306"])).context["events"].open
    assert [(one.place.query, one.place.count, one.since) for one in found] == [
        (f"events/?c=open&c=late&place={COUNTY}", 3, date(2026, 1, 5)),
        ("events/?c=open&c=late&place=330681", 1, date(2026, 7, 5)),
    ]


def test_red_warnings_come_first_among_the_new_and_reported_late_is_red(client, county):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    address, listed = reverse("dashboard", args=[COUNTY]), reverse("figure_list", args=[COUNTY, "warnings"])
    last = client.get(address).context["duties"].new[-1]
    late = FollowUp.objects.filter(pk=last.pk)
    late.update(due_at=at(2026, 11, 23))
    late.update(state="reported", report="已核实", reported_at=NOW, reported_by=person(Role.DISCIPLINE, COUNTY))
    seen = client.get(address).context["duties"]
    assert (seen.new[0].pk, seen.new[1].due_at > NOW, seen.red) == (last.pk, True, 1)
    by_colour = [client.get(listed, {"b": colour}).context["page"].paginator.count for colour in ("red", "yellow")]
    assert by_colour == [seen.red, seen.yellow]


def test_an_office_moves_a_tile_and_no_two_onto_one(client, county):
    address = reverse("dashboard_tiles", args=[COUNTY])
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    sent = {"row_330624108": 2, "column_330624108": 2, "row_330624109": 2, "column_330624109": 2}
    refused = client.post(address, sent | {"key": client.get(address).context["key"]})
    assert (refused.status_code, refused.context["form"]["row_330624109"].value()) == (400, "2")
    moved = sent | {"row_330624109": 1, "key": client.get(address).context["key"]}
    assert [client.post(address, moved).status_code for _twice in range(2)] == [302, 302]
    seen = client.get(reverse("dashboard", args=[COUNTY])).context["tiles"]
    assert [(tile.row, tile.column) for tile in seen.tiles] == [(2, 2), (1, 2)]
    client.force_login(person(Role.CITY_LEADER, "3306"))
    assert client.get(address).status_code == 404
