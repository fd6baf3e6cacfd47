"""Every registered page and API address, every role: what is not one's own is not there, and nothing leaks."""

import re
from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from openpyxl import load_workbook

from tests.doors import API, DOORS, OWN_ACCOUNT, PUBLIC, SIGNED_IN, Anywhere, Around, At
from tests.knocking import PAPER, knock
from tests.plain_chinese import unchinese
from tests.plain_forms import needing_scripts
from tests.two_counties import FIRST, SECOND, Person
from villages.models import Unit

pytestmark = pytest.mark.django_db
CODE = re.compile(r"(?<![0-9A-Za-z])3306(?:\d{8}|\d{5}|\d{2})(?![0-9A-Za-z])")
LISTS = [
    name
    for name, door in DOORS.items()
    if door.ways.get("get") == SIGNED_IN or isinstance(door.ways.get("get"), Anywhere)
]
WALLED = [name for name, door in DOORS.items() if door.args and PUBLIC not in door.ways.values()]
# Lists that name no place but the reader's own: settings, what leads straight on, and what is the county's as a whole.
BARE = {"account_change_password", "account_reauthenticate", "own_phone", "settings", "apply", "review_desk"}
BARE |= {
    "still_here",
    "cadre_list",
    "cadre_list_empty",
    "cycles",
    "supply",
    "review_batches",
    "review_checks",
}
ELSEWHERE = {"readyz", "openid_connect_login", "openid_connect_callback"}
"""Addresses that tests of their own knock at."""
BARE |= {"unit_order_new", "proof", "proof_head", "unit_profiles_sheet", "unit_tags_sheet"}
PAGE_METHODS, API_METHODS = ("get", "post"), ("get", "post", "put", "patch", "delete")
THERE = {"get": {200, 204, 302}}
CHANGED = {200, 201, 204, 302, 400, 409, 415}
"""A step that is somebody's: taken, or refused with a reason (what is sent here is empty)."""


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern.name


def test_every_address_has_its_door():
    assert sorted(map(str, routes(get_resolver().url_patterns))) == sorted(DOORS)


@pytest.mark.parametrize("name", sorted(DOORS.keys() - ELSEWHERE))
def test_who_finds_what_behind_the_door(world, name):
    """Exactly those with the right find it; to all others, there or elsewhere, it is no more than a made-up address."""
    door, wrong = DOORS[name], []
    address = door.address(name, world)
    for method in API_METHODS if name in API else PAGE_METHODS:
        who = door.ways.get(method)
        for person in knocking(world, who):
            answer = knock(world, person, method, address, door.sent)
            is_read = "<body" in answer.text_shown or answer.headers.get("Content-Type") == PAPER
            if is_read and (words := unchinese(answer.text_shown, named(world))):
                wrong.append(f"{method} {address} {person} is shown what is no Chinese: {words}")
            to_login = answer.headers.get("Location", "").startswith(reverse("account_login"))
            astray = answer.status_code == 302 and to_login != (person == "nobody") and who not in (PUBLIC, OWN_ACCOUNT)
            if answer.status_code not in expected_of(world, name, who, method, person) or astray:
                wrong.append(f"{method} {address} {person}: {answer.status_code} {answer.headers.get('Location', '')}")
            elif who != PUBLIC and person != "nobody" and (leak := foreign(answer.text_shown, world.people[person])):
                wrong.append(f"{method} {address} {person} is told of {sorted(leak)}")
    assert wrong == []


def knocking(world: SimpleNamespace, who) -> list[str]:
    """Everybody of the county and above; of the next village, township and county those whose role would let them in
    at home; one or two where all are told the same."""
    if who in (None, PUBLIC, OWN_ACCOUNT):
        return ["nobody"] if who == PUBLIC else ["nobody", "discipline"]
    people = world.people.items()
    return ["nobody", *(name for name, one in people if one.of_the_first or at_home(who, one))]


def at_home(who, person: Person) -> bool:
    if isinstance(who, At | Anywhere | Around):
        return any(person.holds(permission) for permission in who.permissions)
    return who == SIGNED_IN or person.user.username.removesuffix(SECOND.suffix) in who.names


def expected_of(world: SimpleNamespace, name: str, who, method: str, person: str) -> set[int]:
    there = THERE.get(method, CHANGED)
    if who == PUBLIC:
        return there
    if who == OWN_ACCOUNT:
        return {200, 302, 400, 404, 405}
    if person == "nobody":
        return ({401} if name in API else {302}) | ({405} if who is None else set())
    if who is None:
        return {404, 405}
    return there if who == SIGNED_IN or who.lets_in(world.people[person], world) else {404}


OWN_WORDS = {"满意率(%)", "YY", "test", "person"}
"""What the factories write: a criterion, receipts, a step, the accounts of those who hold nothing."""


def named(world: SimpleNamespace) -> set[str]:
    """Names and codes of this world's own making."""
    return {*world.people, *(person.user.name for person in world.people.values()), *OWN_WORDS}


def foreign(text: str, person: Person) -> set[str]:
    """What ``text`` tells of places outside the person's own; the names of those above are no secret."""
    codes = {code for code in CODE.findall(text) if not (code.startswith(person.code) or person.code.startswith(code))}
    elsewhere = [places.mark for places in (FIRST, SECOND) if places.county[: len(person.code)] != person.code[:6]]
    return codes | {mark for mark in elsewhere if mark in text}


@pytest.mark.parametrize("name", sorted(name for name, door in DOORS.items() if name not in API and "get" in door.ways))
def test_every_form_works_with_scripts_off(world, name):
    who, address = DOORS[name].ways["get"], DOORS[name].address(name, world)
    for username in knocking(world, who):
        answer = knock(world, username, "get", address)
        if answer.status_code == 200 and "<body" in answer.text_shown:
            assert needing_scripts(answer.text_shown) == []
            break


def test_a_form_that_needs_scripts_is_noticed():
    dead = '<body><form action="/a/"><input name="b"><button type="button">c</button></form><p hx-get="/d/"></p></body>'
    assert needing_scripts(dead) == ["nothing sends the form to /a/", "only scripts ask /d/"]


@pytest.mark.parametrize("name", LISTS)
def test_there_is_something_that_could_leak(world, name):
    """In either county somebody is shown more than the own name and place: foreign rows exist, and are not shown."""
    who, shown = DOORS[name].ways["get"], set()
    for username, person in world.people.items():
        if person.role and (who == SIGNED_IN or who.lets_in(person, world)):
            text = knock(world, username, "get", DOORS[name].address(name, world)).text_shown
            shell = f"{person.user.name}|{person.mark}{person.code}(?!\\d)|{person.mark}{person.code[:6]}(?!\\d)"
            text = re.sub(shell, "", text)
            shown |= {place.county for place in (FIRST, SECOND) if place.mark in text or place.county in text}
        if len(shown) == 2:
            break
    assert shown == (set() if name in BARE else {FIRST.county, SECOND.county})


@pytest.mark.parametrize("name", WALLED)
def test_what_lies_elsewhere_is_as_a_made_up_address(world, name):
    """Whatever is asked of it, by every method, one cannot tell what is there from what is not."""
    door, told = DOORS[name], {}
    for address in (door.address(name, world), door.made_up(name)):
        answers = [knock(world, "county_office2", method, address, door.sent) for method in API_METHODS]
        told[address] = [(answer.status_code, answer.text_shown) for answer in answers]
    assert len({str(answers) for answers in told.values()}) == 1, told


def bodies(own: SimpleNamespace, names: tuple[str, ...]) -> dict[str, dict]:
    """What may be made over the API, about the things of ``own``; ``names`` are people there."""
    cycle, unit = own.cycle.pk, own.idle_village.code
    day = "2026-11-23"
    time = {"opens": "2027-11-01T00:00+08:00", "closes": "2027-12-01T00:00+08:00"}
    times = [{"step": step} | time for step in ("apply", "township_review", "county_review")]
    meeting = {"cycle": cycle, "unit": own.township.code, "stage": "township", "met_on": day, "document": "评9号"}
    return {
        "api-application-list": {"cycle": cycle, "unit": unit},
        "api-cycle-list": {"scheme": own.waiting_scheme.pk, "facts_until": "2027-12-31", "windows": times},
        "api-event-list": {"unit": unit, "kind": "spot_check_failed", "on": day},
        "api-panel-list": {"cycle": cycle, "unit": own.township.code, "stage": "township", "reviewers": names},
        "api-batch-list": meeting | {"decided": []},
        "api-appointment-list": {"username": "newcomer", "name": "无职", "role": "filler", "unit": unit, "starts": day},
        "api-report-list": {"unit": own.county.code, "year": 2026},
        "api-allocation-preview": {"budget": "1.00", "units": [{"unit": unit, "weight": "1"}]},
        "api-unit-list": {"level": "station", "above": own.township.code, "name": "司法所"},
        "api-unit-tags": {"units": [{"unit": unit, "tags": ["山区"]}]},
        "api-order-rename": {"unit": unit, "name": "又一村", "document": "新政9号", "on": day, "reason": "地名规范"},
        "api-profile-report": {"year": 2026, "figures": [{"unit": unit, "population": 1200}]},
    }


MAKERS = {
    "api-application-list": "township_office",
    "api-cycle-list": "county_office",
    "api-event-list": "discipline",
    "api-panel-list": "township_office",
    "api-batch-list": "township_office",
    "api-appointment-list": "township_office",
    "api-report-list": "finance",
    "api-allocation-preview": "finance",
    "api-unit-list": "county_office",
    "api-unit-tags": "county_office",
    "api-order-rename": "county_office",
    "api-profile-report": "county_office",
}


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_made_elsewhere(world, name):
    """What is rightly made at home is refused for another county's things as for made-up ones."""
    maker, address = MAKERS[name], DOORS[name].address(name, world)
    nowhere = SimpleNamespace(pk=987654321, code="330699999299")
    made_up = SimpleNamespace(
        **dict.fromkeys(("cycle", "idle_village", "waiting_scheme", "township", "county"), nowhere)
    )
    panel = ("township_reviewer", "township_reviewer_b")
    body, unknown = bodies(world.first, panel)[name], bodies(made_up, ("nobody_a", "nobody_b"))[name]
    assert knock(world, maker, "post", address, body).status_code in {200, 201}
    theirs, nobodys = (knock(world, f"{maker}2", "post", address, of) for of in (body, unknown))
    assert theirs.status_code in {400, 404}
    assert anonymised(theirs, body) == anonymised(nobodys, unknown)


def anonymised(answer: HttpResponse, sent: dict) -> str:
    """The status and text of an answer, without the very words that were sent."""
    text = f"{answer.status_code} {answer.text_shown}"
    for value in sorted(map(str, flat(sent)), key=len, reverse=True):
        text = re.sub(f"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", "…", text)
    return text


def flat(value) -> list:
    if isinstance(value, dict | list | tuple):
        return [leaf for part in (value.values() if isinstance(value, dict) else value) for leaf in flat(part)]
    return [value]


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
