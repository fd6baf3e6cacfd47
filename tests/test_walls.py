"""Every registered page and API address, every role: what is not one's own is not there, and nothing leaks."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from freezegun import freeze_time

from tests import two_counties
from tests.doors import API, DOORS, OWN_ACCOUNT, PUBLIC, SIGNED_IN, At, Only
from tests.two_counties import TODAY

pytestmark = pytest.mark.django_db
PAGE_METHODS, API_METHODS = ("get", "post"), ("get", "post", "put", "patch", "delete")
THERE = {"get": {200, 302}}
CHANGED = {200, 201, 204, 302, 400, 409, 415}
"""A step that is somebody's: taken, or refused with a reason (what is sent here is empty)."""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Two counties built once, everybody signed in; each request below is undone."""
    with django_db_blocker.unblock(), freeze_time(TODAY), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.SECOND_FACTOR_REQUIRED", False)
        with transaction.atomic():
            world = two_counties.build()
            world.clients = {name: signed_in(person.user) for name, person in world.people.items()}
            world.clients["nobody"] = Client(raise_request_exception=False)
            # What the page "not found" looks like is tested elsewhere; here it is sent some five thousand times.
            patch.setattr("config.urls.handler404", lambda request, exception: HttpResponse(status=404), raising=False)
            logging.disable()
            yield world
            logging.disable(logging.NOTSET)
            transaction.set_rollback(True)


def signed_in(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def knock(world: SimpleNamespace, name: str, method: str, address: str, sent: dict | None = None) -> HttpResponse:
    """What ``name`` is answered, as a program would ask the API and a browser a page; whatever it changed is undone."""
    given = {"data": sent or {}} if method != "get" else {}
    if given and address.startswith("/api/"):
        given["content_type"] = "application/json"
    with transaction.atomic():
        response = getattr(world.clients[name], method)(address, **given)
        response.text_shown = text_of(response)
        transaction.set_rollback(True)
    return response


def text_of(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace") + response.headers.get("Location", "")


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern.name


def test_every_address_has_its_door():
    assert sorted(map(str, routes(get_resolver().url_patterns))) == sorted(DOORS)


@pytest.mark.parametrize("name", sorted(DOORS.keys() - {"readyz"}))
def test_who_finds_what_behind_the_door(world, name):
    """Exactly those with the right find it; to all others, there or elsewhere, it is no more than a made-up address."""
    door, wrong = DOORS[name], []
    address = door.address(name, world)
    for method in API_METHODS if name in API else PAGE_METHODS:
        who = door.ways.get(method)
        for person in knocking(world, who):
            answer = knock(world, person, method, address, door.sent)
            if answer.status_code not in expected_of(world, name, who, method, person):
                wrong.append(f"{method} {address} {person}: {answer.status_code} {answer.headers.get('Location', '')}")
    assert wrong == []


def knocking(world: SimpleNamespace, who) -> list[str]:
    """Everybody; of neighbours those whose role would let them in at home; one or two where all are told the same."""
    if who in (None, PUBLIC, OWN_ACCOUNT):
        return ["nobody"] if who == PUBLIC else ["nobody", "discipline"]
    return ["nobody", *(name for name, one in world.people.items() if not one.neighbour or at_home(who, one, world))]


def at_home(who, person, world: SimpleNamespace) -> bool:
    if isinstance(who, At):
        return any(person.holds(permission) for permission in who.permissions)
    return isinstance(who, Only) and who.lets_in(person, world)


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
