"""Whom to send to each address and how to check the responses: one person per distinct permission and unit.

Of those allowed: for reading, one for each unit and each permission that opens the address, and one for each other
permission that they hold, since it may show more of a page; for a step, one for each permission, who holds it nearest
(above, it holds as well, as reading shows). Those who are refused ask as one person who holds the posts of several:
permissions only ever open, so a person refused with all of them is refused with each. Apart from those above it ask the
village, whose people may be barred from what is about their own, the township, and the three administrators, which
nobody may combine.
"""

import re
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse

from accounts.roles import ROLES, Role
from records.openable import is_registered, openable
from tests.factories import AppointmentFactory, UnitFactory, UserFactory
from tests.plain_chinese import unchinese
from tests.reference_forms import needing_scripts
from tests.requests_by_role import PAPER, knock, signed_in
from tests.route_access import OWN_ACCOUNT, PUBLIC, SIGNED_IN, Anywhere, Around, At, Only
from tests.route_permissions import API, DOORS
from tests.shown_lists import LISTS, counties_expected, counties_on
from tests.shown_menu import has_menu, misplaced
from tests.two_tenants import FIRST, SECOND, Person

CODE = re.compile(r"(?<![0-9A-Za-z])3306(?:\d{8}|\d{5}|\d{2})(?![0-9A-Za-z])")
PAGE_METHODS, API_METHODS = ("get", "post"), ("get", "post", "put", "patch", "delete")
ADMINISTRATORS = {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}
THERE = {"get": {200, 204, 302}}
CHANGED = {200, 201, 204, 302, 400, 409, 415}
"""A step that is somebody's: taken, or refused with a reason (what is sent here is empty)."""
OWN_WORDS = {"满意率(%)", "YY", "test", "person"}
"""What the factories write: a criterion, receipts, a step, the accounts of those who hold nothing."""


@pytest.fixture(scope="module")
def everybody(world):
    """The world, with people who hold the posts of several: each test would otherwise remove its own."""
    for name, door in DOORS.items():
        for method in methods_of(name):
            visitors(world, door.ways.get(method), method)
    connection.check_constraints()
    return world


def methods_of(name: str) -> tuple[str, ...]:
    return API_METHODS if name in API else PAGE_METHODS


def faults(world: SimpleNamespace, name: str) -> list[str]:
    """What is wrong with the responses at the address ``name``, by any method."""
    door, wrong, listed, read = DOORS[name], [], set(), False
    address = door.address(name, world)
    for method in methods_of(name):
        who = door.ways.get(method)
        for person in visitors(world, who, method):
            answer = knock(world, person, method, address, door.sent)
            asked = f"{method} {address} {person}"
            wrong += [f"{asked} {fault}" for fault in _faults_of_content(world, answer)]
            if method == "get" and name not in API and answer.status_code == 200 and "<body" in answer.text_shown:
                wrong += [] if read else needing_scripts(answer.text_shown)
                marked = misplaced(answer, address) if who != PUBLIC and has_menu(answer) else {}
                wrong += [f"{asked} is shown as open in the menu: {marked}"] if marked else []
                read = True
            if method == "get" and is_registered(name) and person != "nobody":
                opens = address in openable(world.people[person].user, [address])
                wrong += [f"{asked}: a link says {opens}"] if opens == (answer.status_code == 404) else []
            if method == "get" and name in LISTS and person in world.people:
                listed |= counties_on(answer.text_shown, world.people[person])
            to_login = answer.headers.get("Location", "").startswith(reverse("account_login"))
            astray = answer.status_code == 302 and to_login != (person == "nobody") and who not in (PUBLIC, OWN_ACCOUNT)
            if answer.status_code not in expected_of(world, name, who, method, person) or astray:
                wrong.append(f"{asked}: {answer.status_code} {answer.headers.get('Location', '')}")
            elif who != PUBLIC and person != "nobody" and (leak := foreign(answer.text_shown, world.people[person])):
                wrong.append(f"{asked} is told of {sorted(leak)}")
    if name in LISTS and listed != counties_expected(name):
        wrong.append(f"{address} shows something of {sorted(listed)}: a leak from elsewhere would not be seen")
    return wrong


def _faults_of_content(world: SimpleNamespace, answer: HttpResponse) -> list[str]:
    if "<body" not in answer.text_shown and answer.headers.get("Content-Type") != PAPER:
        return []
    words = unchinese(answer.text_shown, named(world))
    return [f"is shown what is no Chinese: {words}"] if words else []


def visitors(world: SimpleNamespace, who: Any, method: str = "get") -> list[str]:
    """Whom to send to an address; where all get the same response, one or two."""
    if who in (None, PUBLIC, OWN_ACCOUNT):
        return ["nobody"] if who == PUBLIC else ["nobody", "discipline"]
    outside = [name for name, one in _asked(world, who).items() if who != SIGNED_IN and not who.lets_in(one, world)]
    without_posts = ["newcomer"] if method == "get" or not outside else []
    return ["nobody", *without_posts, *let_in(world, who, method), *_together(world, outside)]


def let_in(world: SimpleNamespace, who: Any, method: str = "get") -> list[str]:
    if who == SIGNED_IN:
        return _each_once({name: _shown(one, method) for name, one in _asked(world, who).items()})
    inside = {name: one for name, one in _asked(world, who).items() if who.lets_in(one, world)}
    may = {name: _may(one, who, method) for name, one in inside.items()}
    plain = type(who) in (At, Anywhere, Around)  # the others say who else there is
    return _each_once(_nearest(may) if plain and method != "get" else may)


def _asked(world: SimpleNamespace, who: Any) -> dict[str, Person]:
    return {name: one for name, one in world.people.items() if one.role and (one.of_the_first or at_home(who, one))}


def at_home(who: Any, person: Person) -> bool:
    """Whether the role of somebody of the next village, township or county would give access there."""
    if isinstance(who, At | Anywhere | Around):
        return any(person.holds(permission) for permission in who.permissions)
    return who == SIGNED_IN or person.user.username.removesuffix(SECOND.suffix) in who.names


def _shown(person: Person, method: str) -> set:
    """What distinguishes people who see only their own: the post, or in the next unit and when sending, the unit."""
    if person.neighbour and FIRST.village.startswith(person.code):
        return set()  # a second one in the same post
    return {(person.code, person.role if person.of_the_first and method == "get" else "")}


def _may(person: Person, who: Any, method: str) -> set:
    """What distinguishes those who are allowed: where some accounts hold the permission, each of them."""
    if isinstance(who, Only):
        return {person.user.username}
    permissions = set(ROLES[person.role].permissions)
    shows_more = permissions if method == "get" and person.of_the_first else set()
    return {(person.code, permission) for permission in permissions & set(who.permissions)} | shows_more


def _nearest(may: dict[str, set]) -> dict[str, set]:
    """Of the pairs of unit and permission one for each permission: of the lowest unit that holds it, in the first
    county where there is one."""
    holding = defaultdict(list)
    for code, permission in set().union(*may.values()):
        holding[permission].append(code)
    pairs = {(min(codes, key=lambda code: (-len(code), code)), permission) for permission, codes in holding.items()}
    return {name: of & pairs for name, of in may.items()}


def _each_once(features: dict[str, set]) -> list[str]:
    """A few of the people who between them have every feature that anybody has."""
    chosen, left = [], set().union(*features.values())
    while left:
        best = max(features, key=lambda name: len(features[name] & left))
        chosen.append(best)
        left -= features[best]
    return chosen


def _together(world: SimpleNamespace, names: list[str]) -> list[str]:
    """One person each with all posts that these hold in the village, in its township, above it, and elsewhere."""
    groups = defaultdict(list)
    for name in names:
        person = world.people[name]
        near = person.code if person.code.startswith(FIRST.township) else "above"
        groups[name if person.role in ADMINISTRATORS else near if person.of_the_first else "elsewhere"].append(name)
    return [group[0] if len(group) == 1 else _in_one_person(world, group) for group in groups.values()]


def _in_one_person(world: SimpleNamespace, names: list[str]) -> str:
    """The account of somebody who holds the posts of all of ``names`` and is none of them."""
    name = "+".join(sorted(names))
    if name not in world.people:
        user = UserFactory()
        people = [world.people[one] for one in names]
        for role, code in sorted({(one.role, one.code) for one in people}):
            department = "农业农村局" if role == Role.DEPARTMENT else ""
            AppointmentFactory(role=role, unit=UnitFactory(code=code), user=user, department=department)
        world.people[name] = Person(user, "", people[0].code)
        world.clients[name] = signed_in(user)
    return name


def expected_of(world: SimpleNamespace, name: str, who: Any, method: str, person: str) -> set[int]:
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


def named(world: SimpleNamespace) -> set[str]:
    """Names and codes created by this test world."""
    return {*world.people, *(person.user.name for person in world.people.values()), *OWN_WORDS}


def foreign(text: str, person: Person) -> set[str]:
    """What ``text`` discloses of units outside the person's own; the names of those above are not secret."""
    codes = {code for code in CODE.findall(text) if not (code.startswith(person.code) or person.code.startswith(code))}
    elsewhere = [places.mark for places in (FIRST, SECOND) if places.county[: len(person.code)] != person.code[:6]]
    return codes | {mark for mark in elsewhere if mark in text}
