"""How to check what an address answers to those who may and to those who may not: by whom to ask, see ``visitors``."""

import re
from types import SimpleNamespace
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from records.openable import is_registered, openable
from tests.plain_chinese import unchinese
from tests.reference_forms import needing_scripts
from tests.requests_by_role import PAPER, knock
from tests.route_access import OWN_ACCOUNT, PUBLIC, SIGNED_IN
from tests.route_permissions import API, DOORS
from tests.shown_lists import LISTS, counties_expected, counties_on
from tests.shown_menu import has_menu, misplaced
from tests.two_tenants import FIRST, SECOND, Person

CODE = re.compile(r"(?<![0-9A-Za-z])3306(?:\d{8}|\d{5}|\d{2})(?![0-9A-Za-z])")
PAGE_METHODS, API_METHODS = ("get", "post"), ("get", "post", "put", "patch", "delete")
THERE = {"get": {200, 204, 302}}
CHANGED = {200, 201, 204, 302, 400, 409, 415}
"""A step that is somebody's: taken, or refused with a reason (what is sent here is empty)."""
OWN_WORDS = {"满意率(%)", "YY", "test", "person"}
"""What the factories write: a criterion, receipts, a step, the accounts of those who hold nothing."""


def methods_of(name: str) -> tuple[str, ...]:
    return API_METHODS if name in API else PAGE_METHODS


def faults(world: SimpleNamespace, name: str) -> list[str]:
    """What is wrong with the responses at the address ``name``, by any method."""
    door, wrong, listed, read, closed = DOORS[name], [], set(), False, set()
    address = door.address(name, world)
    for method in methods_of(name):
        who, sent = door.ways.get(method), world.sent[name, method]
        for person in [*sent.others, *sent.let_in]:
            if who is None and method in closed:
                continue
            answer = knock(world, person, method, address, door.sent)
            asked = f"{method} {address} {person}"
            if answer.status_code == 405:  # so it will be for everybody, and it says for which other methods
                closed = set(API_METHODS) - set(answer.headers["Allow"].lower().split(", "))
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
    return there if who == SIGNED_IN or person in world.sent[name, method].let_in else {404}


def named(world: SimpleNamespace) -> set[str]:
    """Names and codes created by this test world."""
    return {*world.people, *(person.user.name for person in world.people.values()), *OWN_WORDS}


def foreign(text: str, person: Person) -> set[str]:
    """What ``text`` discloses of units outside the person's own; the names of those above are not secret."""
    codes = {code for code in CODE.findall(text) if not (code.startswith(person.code) or person.code.startswith(code))}
    elsewhere = [places.mark for places in (FIRST, SECOND) if places.county[: len(person.code)] != person.code[:6]]
    return codes | {mark for mark in elsewhere if mark in text}
