"""The two counties with everybody signed in, and one way to send a request, rolled back at once."""

import logging
from copy import deepcopy
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings
from pypdf import PdfReader
from xdist.scheduler import LoadFileScheduling

from tests import two_tenants
from tests.built_once import KeptRows
from tests.clients import PageClient
from tests.clock import freeze_time
from tests.route_access import OWN_ACCOUNT, PUBLIC, SIGNED_IN
from tests.two_tenants import TODAY

PAPER = "application/pdf"
LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PLAIN = {"SECOND_FACTOR_REQUIRED": False, "CACHES": LOCMEM}
FILES_OF_COUNTIES = {
    "tests/accounts/test_authorized_acts.py",
    "tests/accounts/test_deputies_deciding.py",
    "tests/accounts/test_menu_addresses.py",
    "tests/accounts/test_prepared.py",
    "tests/reviews/test_redaction.py",
    "tests/test_access_isolation.py",
    "tests/test_access_isolation_api.py",
    "tests/test_api_description.py",
    "tests/test_chinese_workbooks.py",
    "tests/test_held_events.py",
    "tests/test_nothing_leaks.py",
    "tests/test_odd_requests.py",
}
"""They go to one worker, which builds the counties for all of them."""
counties_kept = KeptRows("two_counties")


class CountiesTogether(LoadFileScheduling):
    """Each file is one worker's, and those of the counties are like one file."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "two counties" if file in FILES_OF_COUNTIES else file


def pytest_xdist_make_scheduler(config, log):
    return CountiesTogether(config, log)


@pytest.fixture(scope="session")
def files_of_counties(tmp_path_factory, django_db_setup):
    yield tmp_path_factory.mktemp("files")
    counties_kept.remove()


@pytest.fixture(scope="module")
def two_counties(request, files_of_counties, django_db_blocker):
    """The objects of the two counties, this file's own."""
    assert request.node.nodeid in FILES_OF_COUNTIES

    def build() -> SimpleNamespace:
        with freeze_time(TODAY), override_settings(**PLAIN, MEDIA_ROOT=files_of_counties):
            return two_tenants.build()

    return deepcopy(counties_kept.take(build, django_db_blocker))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The files that share the counties come first and follow one another."""
    items.sort(key=lambda item: not counties_kept.are_used_by(item))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    counties_kept.remove_unless_used_by(item)


@pytest.fixture(scope="module")
def world(two_counties, files_of_counties, django_db_blocker):
    """The two counties with everybody signed in; each request below is rolled back."""
    with (
        django_db_blocker.unblock(),
        freeze_time(TODAY),
        override_settings(**PLAIN, MEDIA_ROOT=files_of_counties),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        counties_kept.held_by_file, world = True, two_counties
        world.sent = {}  # whom to send where, see ``visitors``
        world.clients = {name: signed_in(person.user) for name, person in world.people.items()}
        world.clients["nobody"] = Client(raise_request_exception=False)
        # The page "not found" is tested elsewhere; here it is sent some five thousand times.
        patch.setattr("config.urls.handler404", lambda request, exception: HttpResponse(status=404), raising=False)
        logging.disable()
        connection.check_constraints()  # otherwise the end of each test would check all of this world again
        yield world
        counties_kept.held_by_file = False
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


@pytest.fixture
def counties(two_counties, files_of_counties, db, settings):
    """The two counties for a test that changes them."""
    settings.MEDIA_ROOT = files_of_counties
    return deepcopy(two_counties)


def let_in(world: SimpleNamespace, who: Any) -> list[str]:
    """Those who may, by the door's own words."""
    if who == PUBLIC:
        return ["nobody"]
    if who in (SIGNED_IN, OWN_ACCOUNT):
        return list(world.people)
    inside = [name for name, person in world.people.items() if who.lets_in(person, world)]
    return inside or list(world.people)  # where nobody gets in, everybody knocks


def signed_in(user) -> PageClient:
    client = PageClient(raise_request_exception=False)
    client.force_login(user)
    return client


def knock(world: SimpleNamespace, name: str, method: str, address: str, sent: dict | None = None) -> HttpResponse:
    """The response for ``name``, as to a program at the API and a browser on a page. Its changes are rolled back, and
    no message is left for the next page."""
    given = {"data": sent or {}} if method != "get" else {}
    if given and address.startswith("/api/"):
        given["content_type"] = "application/json"
    with transaction.atomic():
        response = getattr(world.clients[name], method)(address, **given)
        response.text_shown = text_of(response)
        transaction.set_rollback(True)
    world.clients[name].cookies.pop(settings.MESSAGES_COOKIE_NAME, None)
    return response


def text_of(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response.headers.get("Content-Type") == PAPER:
        return _text_of_paper(content)
    return content.decode(errors="replace") + response.headers.get("Location", "")


@cache
def _text_of_paper(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
