"""Orders, yearly figures, tags and new units over the API: the rules of the pages."""

from decimal import Decimal

import pytest

from accounts.roles import Role
from tests.built_once import built_once
from tests.clients import api_of
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, ProfileFactory, UnitFactory, person
from villages.models import Level, Profile, ReorganizationOrder, Unit

pytestmark = pytest.mark.django_db

A, B, NEW = (f"{TOWNSHIP}{number}" for number in (204, 205, 290))
ELSEWHERE = "330681001218"
PAPER = {"document": "新政〔2026〕8号", "on": "2026-11-20", "reason": "并村"}
MERGING = {"units": [A, B], "into": {"code": NEW, "name": "沙溪新村"}, **PAPER}
SPLITTING = {"unit": A, "parts": [{"code": A}, {"code": NEW, "name": "分村"}], "main": NEW, **PAPER}
RENAMING = {"unit": A, "name": "沙溪新村", **PAPER}


@built_once
def places(db):
    for code in ("3306", COUNTY, TOWNSHIP, A, B, ELSEWHERE):
        UnitFactory(code=code)


@pytest.fixture(autouse=True)
def _today(places):
    with freeze_time("2026-11-24 10:00+08:00"):
        yield


@built_once
def county_office(places):
    return person(Role.COUNTY_OFFICE, COUNTY)


@pytest.fixture
def office(county_office):
    return api_of(county_office)


def test_a_merger_is_looked_at_and_then_carried_out(office):
    seen = office.post("/api/v1/orders/merge/", MERGING | {"preview": True}, format="json")
    assert (seen.status_code, seen.json()["id"], ReorganizationOrder.objects.count()) == (200, None, 0)
    assert Unit.objects.filter(code=NEW).exists() is False
    made = office.post("/api/v1/orders/merge/", MERGING, format="json")
    assert (made.status_code, made.json()["consequences"]) == (201, seen.json()["consequences"])
    order = ReorganizationOrder.objects.get()
    assert office.get(f"/api/v1/orders/{order.pk}/").json() == made.json()
    assert [row["id"] for row in office.get("/api/v1/orders/").json()["results"]] == [order.pk]
    assert [(p["before"], p["after"], p["name_after"], p["main"]) for p in made.json()["passages"]] == [
        (A, NEW, "沙溪新村", True),
        (B, NEW, "沙溪新村", True),
    ]
    assert set(Unit.objects.standing().filter(level=Level.VILLAGE).values_list("code", flat=True)) == {NEW, ELSEWHERE}


def test_a_split_and_a_renaming(office):
    split = office.post("/api/v1/orders/split/", SPLITTING, format="json")
    assert (split.status_code, [p["main"] for p in split.json()["passages"]]) == (201, [False, True])
    renamed = office.post("/api/v1/orders/rename/", RENAMING | {"unit": B}, format="json")
    assert (renamed.status_code, Unit.objects.get(code=B).name) == (201, "沙溪新村")


@pytest.mark.parametrize(("step", "body"), [("merge", MERGING), ("split", SPLITTING), ("rename", RENAMING)])
@pytest.mark.parametrize(
    ("role", "code"), [(Role.TOWNSHIP_OFFICE, TOWNSHIP), (Role.CITY_LEADER, "3306"), (Role.COUNTY_OFFICE, "330681")]
)
def test_who_may_not_order_finds_nothing(step, body, role, code):
    client = api_of(person(role, code))
    for sent in (body, body | {"preview": True}):
        assert client.post(f"/api/v1/orders/{step}/", sent, format="json").status_code == 404
    assert not ReorganizationOrder.objects.exists()


def test_orders_elsewhere_are_not_there(office):
    office.post("/api/v1/orders/rename/", RENAMING, format="json")
    other = api_of(person(Role.COUNTY_OFFICE, "330681"))
    assert other.get("/api/v1/orders/").json()["count"] == 0
    assert other.get(f"/api/v1/orders/{ReorganizationOrder.objects.get().pk}/").status_code == 404
    assert api_of(person(Role.SIGNER, A)).get("/api/v1/orders/").status_code == 404


@pytest.mark.parametrize(
    ("step", "body", "status", "problem"),
    [
        ("merge", MERGING | {"units": [A]}, 400, "units"),
        ("merge", MERGING | {"into": {"code": f"{TOWNSHIP}S1", "name": "新"}}, 400, "into"),
        ("merge", MERGING | {"on": "2026-11-25"}, 400, "on"),
        ("merge", MERGING | {"document": " "}, 400, None),
        ("split", SPLITTING | {"main": B}, 400, "main"),
        ("rename", RENAMING | {"name": f"单位{A}"}, 409, None),
    ],
)
def test_what_cannot_be_ordered_is_named(office, step, body, status, problem):
    answer = office.post(f"/api/v1/orders/{step}/", body, format="json")
    assert answer.status_code == status
    assert list(answer.json().get("problems", {})) == ([problem] if problem else [])
    assert not ReorganizationOrder.objects.exists()


def test_yearly_figures_are_reported_and_read(office):
    ProfileFactory(unit=UnitFactory(code=ELSEWHERE))
    figures = [{"unit": A, "population": 1200, "households": 400, "income": "85.60"}, {"unit": B, "households": 30}]
    for changed in (2, 0):
        sent = office.post("/api/v1/profiles/report/", {"year": 2026, "figures": figures}, format="json")
        assert (sent.status_code, sent.json()) == (200, {"changed": changed})
    taken = [{"unit": A, "population": None}]
    assert office.post("/api/v1/profiles/report/", {"year": 2026, "figures": taken}, format="json").status_code == 200
    assert office.get(f"/api/v1/profiles/?within={TOWNSHIP}&year=2026").json()["results"] == [
        {"unit": A, "year": 2026, "population": None, "households": 400, "income": "85.60"},
        {"unit": B, "year": 2026, "population": None, "households": 30, "income": None},
    ]
    assert office.get("/api/v1/profiles/").json()["count"] == 2
    assert Profile.objects.get(unit=A).income == Decimal("85.6")


@pytest.mark.parametrize(
    ("figures", "year", "status"),
    [
        ([{"unit": A, "population": -1}], 2026, 400),
        ([{"unit": A, "income": "1.234"}], 2026, 400),
        ([{"unit": A}, {"unit": A}], 2026, 400),
        ([{"unit": A, "population": 1}], 2027, 409),
        ([{"unit": TOWNSHIP, "population": 1}], 2026, 409),
        ([{"unit": ELSEWHERE, "population": 1}], 2026, 404),
        ([{"unit": "330699999299", "population": 1}], 2026, 404),
    ],
)
def test_figures_that_are_not_taken(office, figures, year, status):
    sent = office.post("/api/v1/profiles/report/", {"year": year, "figures": figures}, format="json")
    assert (sent.status_code, Profile.objects.exists()) == (status, False)


def test_a_township_reports_figures_and_tags_nothing():
    client = api_of(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    figures = {"year": 2026, "figures": [{"unit": A, "population": 1200}]}
    assert client.post("/api/v1/profiles/report/", figures, format="json").status_code == 200
    tags = {"units": [{"unit": A, "tags": ["山区"]}]}
    assert client.post("/api/v1/units/tags/", tags, format="json").status_code == 404
    filler = api_of(person(Role.FILLER, A))
    assert filler.post("/api/v1/profiles/report/", figures, format="json").status_code == 404
    assert filler.get("/api/v1/profiles/").json()["count"] == 1


def test_tags(office):
    tags = {"units": [{"unit": A, "tags": ["山区", "城郊"]}, {"unit": B, "tags": []}]}
    sent = office.post("/api/v1/units/tags/", tags, format="json")
    assert (sent.status_code, sent.json()) == (200, {"changed": 1, "follows": []})
    assert office.get(f"/api/v1/units/{A}/").json()["tags"] == ["山区", "城郊"]
    for wrong, status in ((["长" * 21], 400), (["甲"] * 11, 400), ([""], 400)):
        body = {"units": [{"unit": A, "tags": wrong}]}
        assert office.post("/api/v1/units/tags/", body, format="json").status_code == status
    theirs = {"units": [{"unit": ELSEWHERE, "tags": ["山区"]}]}
    assert office.post("/api/v1/units/tags/", theirs, format="json").status_code == 404


def test_stations_and_zones_are_made(office):
    body = {"level": "station", "above": TOWNSHIP, "name": "司法所"}
    for _ in range(2):
        made = office.post("/api/v1/units/", body, format="json")
        assert (made.status_code, made.json()["code"]) == (201, f"{TOWNSHIP}S01")
    zone = {"level": "zone", "above": "3306", "name": "高新区"}
    assert office.post("/api/v1/units/", zone, format="json").status_code == 404
    city = api_of(person(Role.CITY_OFFICE, "3306"))
    assert city.post("/api/v1/units/", zone, format="json").json()["code"] == "3306Z1"
    wrong = office.post("/api/v1/units/", body | {"code": "330624109S01"}, format="json")
    assert (wrong.status_code, list(wrong.json()["problems"])) == (400, ["code"])
    assert api_of(person(Role.TOWNSHIP_OFFICE, TOWNSHIP)).post("/api/v1/units/", body, format="json").status_code == 404
