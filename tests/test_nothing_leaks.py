"""Lists, workbooks, counts and addresses contain only one's own, though something elsewhere could leak."""

import re
from io import BytesIO

import pytest
from django.db import transaction
from django.urls import reverse
from openpyxl import load_workbook

from tests.access_isolation import API_METHODS, foreign, let_in
from tests.requests_by_role import knock
from tests.route_permissions import DOORS, PUBLIC, SIGNED_IN, Anywhere
from tests.two_tenants import FIRST, SECOND
from villages.models import Unit

pytestmark = pytest.mark.django_db
LISTS = [
    name
    for name, door in DOORS.items()
    if door.ways.get("get") == SIGNED_IN or isinstance(door.ways.get("get"), Anywhere)
]
WALLED = [name for name, door in DOORS.items() if door.args and PUBLIC not in door.ways.values()]
# Lists that name no unit but the reader's own: settings, redirects, and what belongs to the county as a whole.
BARE = {"account_change_password", "account_reauthenticate", "own_phone", "settings", "apply", "review_desk"}
BARE |= {
    "still_here",
    "own_notifications",
    "scheme_import",
    "cycles_to_open",
    "cadre_list",
    "cadre_list_empty",
    "cycles",
    "event_sheet",
    "event_sheet_empty",
    "supply",
    "review_batches",
}
BARE |= {"unit_order_new", "proof", "proof_head", "unit_profiles_sheet", "unit_tags_sheet"}


@pytest.mark.parametrize("name", LISTS)
def test_there_is_something_that_could_leak(world, name):
    """In either county somebody sees more than their own name and unit: foreign rows exist, and are not shown."""
    who, shown = DOORS[name].ways["get"], set()
    for username in let_in(world, who):
        person = world.people[username]
        text = knock(world, username, "get", DOORS[name].address(name, world)).text_shown
        shell = f"{person.user.name}|{person.mark}{person.code}(?!\\d)|{person.mark}{person.code[:6]}(?!\\d)"
        text = re.sub(shell, "", text)
        shown |= {place.county for place in (FIRST, SECOND) if place.mark in text or place.county in text}
        if len(shown) == 2:
            break
    assert shown == (set() if name in BARE else {FIRST.county, SECOND.county})


@pytest.mark.parametrize("name", WALLED)
def test_what_lies_elsewhere_is_as_a_made_up_address(world, name):
    """For every method, one cannot distinguish what exists elsewhere from what does not exist."""
    door, told = DOORS[name], {}
    for address in (door.address(name, world), door.made_up(name)):
        answers = [knock(world, "county_office2", method, address, door.sent) for method in API_METHODS]
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


@pytest.mark.parametrize("person", ["township_leader", "next_township_leader", "county_office", "city_leader"])
def test_a_dashboard_counts_the_own_place_alone(world, person):
    place = world.people[person].code
    board = world.clients[person].get(reverse("dashboard", args=[place])).context["board"]
    rated = Unit.objects.rated().within(place)
    assert board.total.rated == rated.count() < Unit.objects.rated().count() + (len(place) == 4)


STRANGE = ["/units/%00/", "/register/%00/", "/dashboard/%00/", f"/units/{'9' * 40}/"]
STRANGE += ["/api/v1/dashboard/?unit=%00"]


@pytest.mark.parametrize("address", STRANGE)
def test_what_cannot_be_a_code_finds_nothing(world, address):
    assert knock(world, "city_office", "get", address).status_code == 404
