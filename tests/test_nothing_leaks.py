"""Workbooks, counts and addresses contain only one's own, though something elsewhere could leak."""

from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from openpyxl import load_workbook

from tests.access_isolation import API_METHODS, foreign
from tests.requests_by_role import knock, let_in
from tests.route_access import PUBLIC
from tests.route_permissions import API, DOORS
from villages.models import Unit

pytestmark = pytest.mark.django_db
WALLED = [name for name, door in DOORS.items() if door.args and PUBLIC not in door.ways.values()]


@pytest.mark.parametrize("name", WALLED)
def test_what_lies_elsewhere_is_as_a_made_up_address(world, name):
    """By every method that an address has, and one that it has not, one cannot distinguish what exists elsewhere from
    what does not exist."""
    door, told = DOORS[name], {}
    other = next(method for method in API_METHODS[1:] if method not in door.ways)  # all others are treated like it
    methods = dict.fromkeys(("get", *door.ways, other))
    for address in (door.address(name, world), door.made_up(name)):
        answers = [knock(world, "county_office2", method, address, door.sent) for method in methods]
        told[address] = [(answer.status_code, answer.text_shown) for answer in answers]
    assert len({str(answers) for answers in told.values()}) == 1, told


@pytest.mark.parametrize(
    "name",
    ["policy-workbook", "fund-workbook", "report_file", "api-report-file", "unit_profiles_sheet", "unit_tags_sheet"],
)
def test_workbooks_hold_ones_own_alone(world, name):
    address = DOORS[name].address(name, world)
    with transaction.atomic():
        book = load_workbook(BytesIO(b"".join(world.clients["county_office"].get(address))))
        transaction.set_rollback(True)
    text = "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    assert world.first.village.code in text
    assert foreign(text, world.people["county_office"]) == set()


def test_counts_hold_ones_own_alone(world):
    """The city's counts are the sum of the two counties', which are not 0; a township counts nothing of the next."""
    counts = {}
    for name in ("api-application-list", "api-register-list", "api-event-list", "api-decision-list", "api-reward-list"):
        for person in ("county_office", "county_office2", "city_office", "next_township_office"):
            answer = knock(world, person, "get", DOORS[name].address(name, world)).json()
            assert answer["count"] == len(answer["results"])
            counts[name, person] = answer["count"]
        first, second = counts[name, "county_office"], counts[name, "county_office2"]
        assert (first, second, counts[name, "next_township_office"]) == (first or None, first, 0)
        assert counts[name, "city_office"] == first + second


@pytest.mark.parametrize("name", sorted(name for name in API if name.endswith("-list") and "get" in API[name].ways))
def test_a_filter_that_a_list_does_not_have_is_refused(world, name):
    """Ignored, it would show a program the whole list."""
    person = let_in(world, API[name].ways["get"])[-1]
    address = API[name].address(name, world)
    assert knock(world, person, "get", f"{address}?page=1").status_code == 200
    answer = knock(world, person, "get", f"{address}?place=3306&page=1")
    assert (answer.status_code, list(answer.json())) == (400, ["place"])


@pytest.mark.parametrize("person", ["township_leader", "next_township_leader", "county_office", "city_leader"])
def test_a_dashboard_counts_the_own_place_alone(world, person):
    place = world.people[person].code
    cache.clear()  # what was drawn for another test
    board = world.clients[person].get(reverse("dashboard", args=[place])).context["board"]
    rated = Unit.objects.rated().within(place)
    assert board.total.rated == rated.count() < Unit.objects.rated().count() + (len(place) == 4)


STRANGE = ["/units/%00/", "/register/%00/", "/dashboard/%00/", f"/units/{'9' * 40}/"]
STRANGE += ["/api/v1/dashboard/?unit=%00"]


@pytest.mark.parametrize("address", STRANGE)
def test_what_cannot_be_a_code_finds_nothing(world, address):
    assert knock(world, "city_office", "get", address).status_code == 404
