"""The dashboard's page: who may open which unit, and that it stays within its query limit and the content
security policy."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from followups import workflow
from followups.offices import Office
from followups.workflow import Opening
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
    person,
)
from tests.markup import squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = False


@built_once
def places(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP, "330681", "330681001"):
        UnitFactory(code=code)
    cycle = CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY)))
    for n in range(201, 241):
        unit = UnitFactory(code=f"{TOWNSHIP}{n}")
        ApplicationFactory(cycle=cycle, unit=unit, state="submitted")
        StarPeriodFactory(decision=DecisionFactory(unit=unit, star=n % 6, on=date(2026, 1, 20)))


def opened(client, user, code):
    client.force_login(user)
    return client.get(reverse("dashboard", args=[code]))


@pytest.mark.parametrize(
    ("role", "held_on", "may", "may_not"),
    [
        (Role.DISCIPLINE, COUNTY, [COUNTY, TOWNSHIP], ["3306", "330681", "330681001", f"{TOWNSHIP}201"]),
        (Role.CITY_LEADER, "3306", ["3306", COUNTY, "330681001"], ["33"]),
        (Role.TOWNSHIP_LEADER, TOWNSHIP, [TOWNSHIP], [COUNTY, "330681001"]),
        (Role.TOWNSHIP_OFFICE, TOWNSHIP, [], [TOWNSHIP]),
        (Role.FINANCE, COUNTY, [], [COUNTY]),
        (Role.AUDITOR, "33", [], ["33", COUNTY]),
    ],
)
def test_who_may_open_which_place(client, places, role, held_on, may, may_not):
    user = person(role, held_on)
    assert {code: opened(client, user, code).status_code for code in [*may, *may_not, "999999"]} == (
        dict.fromkeys(may, 200) | dict.fromkeys([*may_not, "999999"], 404)
    )


def test_the_menu_leads_to_the_place_one_watches(client, places):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    assert client.get(reverse("dashboard_home"))["Location"] == reverse("dashboard", args=[COUNTY])
    client.force_login(person(Role.FILLER, f"{TOWNSHIP}201"))
    assert client.get(reverse("dashboard_home")).status_code == 404


def test_a_stranger_is_sent_to_sign_in(client, places):
    assert client.get(reverse("dashboard", args=[COUNTY])).status_code == 302


def test_statements_are_few_and_none_runs_twice(client, places):
    user = person(Role.CITY_LEADER, "3306")
    for code in ("3306", COUNTY, TOWNSHIP):
        opened(client, user, code)
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("dashboard", args=[code]))
        statements = [query["sql"] for query in seen]
        assert len(statements) <= 12, statements
        assert len(set(statements)) == len(statements)


def test_late_since_another_year_is_said_with_its_year(client, places):
    village, given = UnitFactory(code=f"{TOWNSHIP}201"), {"since": "2025-11-01", "year": 2025, "value": 31, "limit": 30}
    office = Office(village.code, Role.SIGNER)
    with freeze_time("2025-12-01 10:00+08:00"):
        workflow.open_followup(Opening("warning_W6", 1, village, office, at(2025, 12, 31), "", given), by=None)
    page = squeezed(opened(client, person(Role.DISCIPLINE, COUNTY), COUNTY).content.decode())
    assert page.count("2025年12月31日") == 2  # the line that answers, and the table


def test_the_page_keeps_the_content_policy(client, places):
    page = opened(client, person(Role.DISCIPLINE, COUNTY), COUNTY).content.decode()
    assert re.findall(r"<style|<script(?! src)| style=| on\w+=", page) == []
    assert re.findall(r'<rect class="f[0-5] edge"', page) != []


@pytest.mark.parametrize(("role", "place"), [(Role.TOWNSHIP_LEADER, TOWNSHIP), (Role.CITY_LEADER, "3306")])
def test_the_home_of_those_who_watch_shows_the_rating(client, places, role, place):
    client.force_login(person(role, place))
    shown = [context for _template, context in client.get("/").context["panels"]["main"] if "stages" in context]
    assert [(stage["key"], stage["count"]) for stage in shown[0]["stages"]][:2] == [("apply", 0), ("township", 40)]


def test_a_township_is_shown_village_by_village(client, places):
    rows = opened(client, person(Role.TOWNSHIP_LEADER, TOWNSHIP), TOWNSHIP).context["villages"]
    assert (len(rows), rows[0]["url"]) == (40, reverse("unit_file", args=[f"{TOWNSHIP}201"]))
    assert opened(client, person(Role.DISCIPLINE, COUNTY), COUNTY).context["drawn"]["villages"] == ""
