"""The two counties with everybody signed in, and one way to send a request, rolled back at once."""

import logging
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings
from pypdf import PdfReader

from tests import two_tenants
from tests.clock import freeze_time
from tests.two_tenants import TODAY

PAPER = "application/pdf"
LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PLAIN = {"SECOND_FACTOR_REQUIRED": False, "CACHES": LOCMEM}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Two counties built once, everybody signed in; each request below is rolled back."""
    with (
        django_db_blocker.unblock(),
        freeze_time(TODAY),
        override_settings(**PLAIN, MEDIA_ROOT=tmp_path_factory.mktemp("files")),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        world = two_tenants.build()
        world.clients = {name: signed_in(person.user) for name, person in world.people.items()}
        world.clients["nobody"] = Client(raise_request_exception=False)
        # The page "not found" is tested elsewhere; here it is sent some five thousand times.
        patch.setattr("config.urls.handler404", lambda request, exception: HttpResponse(status=404), raising=False)
        logging.disable()
        connection.check_constraints()  # otherwise the end of each test would check all of this world again
        yield world
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def counties_of_file(rows_of_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    with freeze_time(TODAY), override_settings(**PLAIN, MEDIA_ROOT=folder):
        return rows_of_file(two_tenants.build), folder


@pytest.fixture
def counties(counties_of_file, db, own_copy, settings):
    """The two counties for a test that changes them, built once for its file."""
    rows, settings.MEDIA_ROOT = counties_of_file
    return own_copy(rows, two_tenants.build)


def signed_in(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def knock(world: SimpleNamespace, name: str, method: str, address: str, sent: dict | None = None) -> HttpResponse:
    """The response for ``name``, as to a program at the API and a browser on a page; its changes are rolled back."""
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
    if response.headers.get("Content-Type") == PAPER:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return content.decode(errors="replace") + response.headers.get("Location", "")
