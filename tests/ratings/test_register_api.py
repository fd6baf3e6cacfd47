"""The API for the register, events and proposals: the pages' rules as JSON."""

from datetime import date

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from ratings.models import Event, Proposal
from ratings.register.rerating import rerate
from tests.built_once import built_once
from tests.clients import api_of
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, DecisionFactory, EventFactory, SchemeFactory, UnitFactory, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rated")]
ELSEWHERE = "330681001218"


NOW = "2026-06-15 10:00:00+08:00"


@built_once(at=NOW)
def rated(db):
    SchemeFactory(year=2026)
    DecisionFactory(unit=UnitFactory(code=ELSEWHERE), star=5)
    DecisionFactory(unit=UnitFactory(code=VILLAGE, name="沙溪村"), star=4, document="新评〔2026〕1号")
    rerate("")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


def api(role, place):
    return api_of(person(role, place))


def test_the_register_is_listed_within_reach():
    answer = api(Role.DISCIPLINE, COUNTY).get("/api/v1/register/").json()
    assert answer["results"] == [
        {
            "unit": VILLAGE,
            "name": "沙溪村",
            "star": 4,
            "since": "2026-01-20",
            "decided": 4,
            "document": "新评〔2026〕1号",
            "effects": [],
        }
    ]
    city = api(Role.CITY_DISCIPLINE, "3306")
    assert [row["unit"] for row in city.get("/api/v1/register/").json()["results"]] == [VILLAGE, ELSEWHERE]
    assert [row["unit"] for row in city.get("/api/v1/register/?star=5").json()["results"]] == [ELSEWHERE]
    assert city.get("/api/v1/register/?unit=330624&on=2025-01-01").json()["count"] == 0
    assert city.get("/api/v1/register/?on=yesterday").status_code == 400


def test_since_is_the_day_the_star_last_changed():
    DecisionFactory(unit_id=VILLAGE, star=4, year=2026, on=date(2026, 5, 1))
    rerate([VILLAGE])
    client = api(Role.DISCIPLINE, COUNTY)
    assert client.get("/api/v1/register/").json()["results"][0]["since"] == "2026-01-20"
    DecisionFactory(unit_id=VILLAGE, star=2, year=2026, on=date(2026, 6, 1))
    rerate([VILLAGE])
    assert client.get("/api/v1/register/").json()["results"][0]["since"] == "2026-06-01"


def test_a_units_periods():
    client = api(Role.DISCIPLINE, COUNTY)
    periods = client.get(f"/api/v1/register/{VILLAGE}/").json()
    assert [(p["begins"], p["ends"], p["star"]) for p in periods] == [("2026-01-20", None, 4)]
    assert client.get(f"/api/v1/register/{ELSEWHERE}/").status_code == 404


def test_an_event_is_recorded_and_closed():
    client = api(Role.DISCIPLINE, COUNTY)
    told = {"unit": VILLAGE, "kind": "case_opened", "on": "2026-06-01"}
    made = client.post("/api/v1/events/", told, format="json")
    assert (made.status_code, made.json()["held"]) == (201, False)
    assert client.get("/api/v1/register/").json()["results"][0]["effects"] == ["cap:3"]
    assert client.post("/api/v1/events/", told, format="json").status_code == 409
    assert client.post("/api/v1/events/", told | {"on": "2026-06-16"}, format="json").status_code == 400
    assert client.post("/api/v1/events/", told | {"kind": "unheard"}, format="json").status_code == 400
    assert client.post("/api/v1/events/", told | {"unit": ELSEWHERE}, format="json").status_code == 400
    address = f"/api/v1/events/{made.json()['id']}/"
    assert client.post(f"{address}close/", {"on": "2026-06-10"}, format="json").status_code == 400
    closed = client.post(f"{address}close/", {"on": "2026-06-10", "reason": "已整改"}, format="json")
    assert (closed.status_code, closed.json()["closed"]) == (200, "2026-06-10")
    assert client.get("/api/v1/register/").json()["results"][0]["effects"] == []


def test_a_dry_run_says_what_would_follow_and_keeps_nothing():
    client = api(Role.DISCIPLINE, COUNTY)
    told = {"unit": VILLAGE, "kind": "case_opened", "on": "2026-06-01", "note": "线索办结"}
    ahead = client.post("/api/v1/events/?dry_run=1", told, format="json")
    shift = {"unit": VILLAGE, "since": "2026-06-01", "until": "2027-06-01", "before": 4, "after": 3}
    assert (ahead.status_code, ahead.json()) == (200, {"shifts": [shift], "proposed": [], "words": ["线索"]})
    assert Event.objects.count() == 0
    for address in ("/api/v1/events/?dry_run=1", "/api/v1/events/"):
        assert client.post(address, told | {"on": "2026-06-16"}, format="json").status_code == 400
    assert list(client.post("/api/v1/events/", told, format="json").json()["problems"]) == ["sure"]
    assert client.post("/api/v1/events/", told | {"sure": True}, format="json").status_code == 201
    assert client.post("/api/v1/events/?dry_run=1", told, format="json").status_code == 409


def test_who_may_not_finds_nothing():
    event = EventFactory(unit_id=VILLAGE)
    office = api(Role.COUNTY_OFFICE, COUNTY)
    assert office.post("/api/v1/events/", {"unit": VILLAGE}, format="json").status_code == 404
    assert office.post(f"/api/v1/events/{event.pk}/close/", {}, format="json").status_code == 404
    assert api(Role.FINANCE, COUNTY).get("/api/v1/events/").status_code == 404
    assert api(Role.DISCIPLINE, "330681").get(f"/api/v1/events/{event.pk}/").status_code == 404
    assert APIClient().get("/api/v1/events/").status_code == 401
    assert Event.objects.get().closed is None


def test_a_proposal_is_settled_by_the_authority():
    EventFactory(unit_id=VILLAGE)
    rerate([VILLAGE])
    proposal = Proposal.objects.get()
    county, leader = api(Role.COUNTY_OFFICE, COUNTY), api(Role.TOWNSHIP_LEADER, TOWNSHIP)
    assert leader.get("/api/v1/proposals/").json()["count"] == 0
    assert [row["id"] for row in county.get("/api/v1/proposals/").json()["results"]] == [proposal.pk]
    address = f"/api/v1/proposals/{proposal.pk}/settle/"
    assert leader.post(address, {"confirm": True}, format="json").status_code == 404
    assert county.post(address, {"confirm": False}, format="json").status_code == 400
    assert county.post(address, {"confirm": True}, format="json").json()["state"] == "confirmed"
    assert county.get("/api/v1/register/").json()["results"][0]["effects"] == ["cap:3", "lower:1"]
