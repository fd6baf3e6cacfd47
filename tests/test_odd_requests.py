"""Whatever is requested from an address, by whoever has access, the response is an intended one: never 500.

The names to try are those that the view reads while the test watches, so that a new page is covered by its line. Values
and people take turns; each address gets a share of the values, another one for each name, and less of it for a name
that other addresses read, too.
"""

import json
from collections import Counter
from itertools import count
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction

from tests.odd_input import SHAPES, STRUCTURES, TEXTS, UNREADABLE, parts, recorded
from tests.requests_by_role import let_in
from tests.route_permissions import API, DOORS

pytestmark = pytest.mark.django_db
ELSEWHERE = {"readyz", "openid_connect_login", "openid_connect_callback"}
# All values at every address take minutes: each name gets a 24th of them, each address some of the bodies.
SHARE, SHAPES_SHARE, REFUSED_SHARE = 24, 2, 3
MIXED = 2
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
ASKED = sorted(name for name, door in DOORS.items() if "get" in door.ways and name not in ELSEWHERE)
SENT_TO = sorted(name for name, door in DOORS.items() if {"post", "put"} & door.ways.keys() and name not in ELSEWHERE)
turns = count()
tried: Counter[str] = Counter()
"""How many values each name has been given by now, at any address."""


class Door:
    """An address that is requested by each of those with access in turn; ``wrong`` collects failures."""

    def __init__(self, world: SimpleNamespace, name: str, method: str) -> None:
        door = DOORS[name]
        self.address, self.sent = door.address(name, world), door.sent
        self.people, self.world, self.method = let_in(world, door.ways[method]), world, method
        self.wrong: list[tuple] = []

    def ask(self, what: Any, query: str = "", **given: Any) -> None:
        person = self.people[next(turns) % len(self.people)]
        address = self.address + ("&" if "?" in self.address else "?") + query if query else self.address
        with transaction.atomic():
            client = self.world.clients[person]
            if isinstance(given.get("data"), bytes | str):  # unchanged: the client's own methods would encode it again
                body = given["data"].encode() if isinstance(given["data"], str) else given["data"]
                response = client.generic(self.method.upper(), address, body, content_type=given["content_type"])
            else:
                response = getattr(client, self.method)(address, **given)
            b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        if response.status_code >= 500:
            self.wrong.append((person, what, repr(response.exc_info[1]) if response.exc_info else ""))


def pairs(values: dict[str, str]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in values.items())


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


def share(name: str, number: int) -> list[str]:
    texts = TEXTS[number % SHARE :: SHARE]
    tried[name] += len(texts)
    return texts


def bodies(name: str) -> list[tuple[str, tuple[str, bytes]]]:
    """At every third address one that the parser refuses, as it does at all, and for programs half of those that it
    reads."""
    number, program = SENT_TO.index(name), name in API
    unreadable = [(what, of) for what, of in UNREADABLE.items() if program or "json" not in of[0]]
    shapes = list(SHAPES.items())[number % SHAPES_SHARE :: SHAPES_SHARE] if program else []
    return [*shapes, unreadable[number // REFUSED_SHARE % len(unreadable)]] if number % REFUSED_SHARE == 0 else shapes


@pytest.mark.parametrize("name", ASKED)
def test_any_query_is_answered(world, name):
    door = Door(world, name, "get")
    with recorded() as names:
        asked: set[str] = set()
        while left := [one for one in (*names.query, "as", "page", "unknown") if one not in asked]:
            asked.update(left)
            seldom = [one for one in left if tried[one] < len(TEXTS)]
            for number, one in enumerate(seldom, ASKED.index(name)):
                for text in share(one, number):
                    door.ask((one, text[:20]), pairs({one: text}))
            # Where other addresses read a name, and it has been given as many values as there are, one more is enough.
            mixed = {one: TEXTS[(ASKED.index(name) + 7 * n) % len(TEXTS)] for n, one in enumerate(left)}
            door.ask(("twice", mixed), f"{pairs(dict.fromkeys(left, 'a'))}&{pairs(mixed)}")
    assert door.wrong == []


@pytest.mark.parametrize("name", SENT_TO)
def test_any_body_is_answered(world, name):
    door = Door(world, name, "put" if "put" in DOORS[name].ways else "post")
    program = name in API
    with recorded() as names:
        for what, (kind, body) in bodies(name):
            door.ask(what, data=body, content_type=kind)
        door.ask(
            "one field", data='{"a": 1}' if program else "a=1", content_type="application/json" if program else FORM
        )
        for mixed in range(MIXED):
            read = list(names.json if program else names.form)
            if mixed and not read:
                break  # it is the same, whatever is sent
            if program:
                values = [*TEXTS, *STRUCTURES]
                body = {one: values[(7 * n + 15 * mixed) % len(values)] for n, one in enumerate(read)}
                door.ask(("mixed", mixed), data=json.dumps(body), content_type="application/json")
            else:
                body = {one: TEXTS[(7 * n + 11 * mixed) % len(TEXTS)] for n, one in enumerate(read)} | door.sent
                encoded = parts(body, ("a.png", b"a")) if mixed else pairs(body)
                door.ask(("mixed", mixed), data=encoded, content_type=PARTS if mixed else FORM)
    assert door.wrong == []
