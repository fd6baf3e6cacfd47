"""Pages of units: the reader's reach and nothing else, search, navigation up and down."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.built_once import built_once
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, ProfileFactory, UnitFactory, person
from tests.markup import squeezed
from villages.models import Unit

pytestmark = pytest.mark.django_db

OTHER = "330681001218"


@built_once
def reader(db):
    for code, name in (("330624", "新昌县"), (TOWNSHIP, "沙溪镇"), (VILLAGE, "沙溪村"), (OTHER, "袁家村")):
        UnitFactory(code=code, name=name)
    return person(Role.COUNTY_OFFICE, COUNTY)


@pytest.fixture
def office(client, reader):
    client.force_login(reader)
    return reader


def listed(client, query=""):
    return [unit.code for unit in client.get(f"{reverse('units')}{query}").context["page"]]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", [COUNTY, TOWNSHIP, VILLAGE]),
        ("?q=沙溪", [TOWNSHIP, VILLAGE]),
        ("?q=330624108", [TOWNSHIP, VILLAGE]),
        ("?q=沙溪&level=village", [VILLAGE]),
        ("?q=sx", [TOWNSHIP, VILLAGE]),
        ("?q=ShaXi&level=village", [VILLAGE]),
        ("?q=%20沙溪%20", [TOWNSHIP, VILLAGE]),
        ("?q=%20", [COUNTY, TOWNSHIP, VILLAGE]),
        ("?q=yuanjia", []),
        ("?q=袁家", []),
        ("?q=330681", []),
        ("?level=nonsense", [COUNTY, TOWNSHIP, VILLAGE]),
    ],
)
def test_the_list(client, office, query, codes):
    assert listed(client, query) == codes


@pytest.mark.parametrize(
    ("query", "codes"), [("?q=sx", [TOWNSHIP, VILLAGE]), ("?q=yj", []), ("?q=3306241", [TOWNSHIP, VILLAGE])]
)
def test_the_api_searches_alike(client, office, query, codes):
    answer = client.get(f"{reverse('api-unit-list')}{query}").json()
    assert [unit["code"] for unit in answer["results"]] == codes


def test_a_unit_shows_what_lies_below_and_above(client, office):
    ProfileFactory(year=2026)
    answer = client.get(reverse("unit", args=[TOWNSHIP]))
    assert [unit.code for unit in answer.context["page"]] == [VILLAGE]
    assert [(place.code, reached) for place, reached in answer.context["above"]] == [(COUNTY, True)]


def test_places_out_of_reach_are_not_there(client, office):
    assert client.get(reverse("unit", args=[OTHER])).status_code == 404
    assert client.get(reverse("unit", args=["nowhere"])).status_code == 404


def test_the_way_up_ends_at_ones_own_reach(client):
    UnitFactory(code=TOWNSHIP, name="沙溪镇")
    client.force_login(person(Role.FILLER, VILLAGE))
    answer = client.get(reverse("unit", args=[VILLAGE]))
    assert [(place.code, reached) for place, reached in answer.context["above"]] == [(TOWNSHIP, False)]
    assert client.get(reverse("unit", args=[TOWNSHIP])).status_code == 404


@pytest.mark.parametrize("typed", ["204", "108204", "２０４", "330624108２０４", "3306 2410 8204", "　204"])
def test_a_village_is_found_by_either_end_of_its_code_however_its_figures_are_typed(client, office, typed):
    assert listed(client, f"?q={typed}") == [VILLAGE]


def test_two_figures_are_the_beginning_of_a_code_alone(client, office):
    assert listed(client, "?q=04") == []


def test_every_row_tells_the_unit_above(client, office):
    assert f"<span>沙溪镇 {VILLAGE}</span>" in squeezed(client.get(reverse("units")).content.decode())
    county = Unit.objects.get(pk=COUNTY).name
    assert f"<span>{county} {TOWNSHIP}</span>" in squeezed(client.get(reverse("units")).content.decode())
