"""Requests that no form would send are refused with an explanation, especially where no account is needed."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.audit_trail import Cursor
from incentives.views.edit import MOST_ROWS, SPARE_ROWS, _with_spare_rows
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DEEP = {"lists": b"[" * 50_000 + b"]" * 50_000, "objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000}


@pytest.mark.parametrize("door", ["api-token", "api-objection-list"])
@pytest.mark.parametrize(
    "body",
    [*DEEP.values(), b'{"a": "\\ud800"}', b'{"a": "\xff"}', b'{"a": ' + b"9" * 5000 + b"}", b'{"a"', b"[1]", b"null"],
)
def test_json_that_cannot_be_read_is_refused(client, door, body):
    answer = client.post(reverse(door), data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json() != {}


@pytest.mark.parametrize("name", ["a" * 256, "a" * 10_000, "a\x00b", "𠀀" * 256])
def test_a_name_that_no_account_can_have_does_not_sign_in(client, name):
    given = {"username": name, "password": "Pingxing-2026"}
    answer = client.post(reverse("api-token"), data=json.dumps(given), content_type="application/json")
    assert answer.status_code == 400
    answer = client.post(reverse("account_login"), {"login": name, "password": "Pingxing-2026"})
    assert answer.status_code == 200
    assert not answer.wsgi_request.user.is_authenticated


MB = 1024 * 1024
PHOTO, TEXT = "multipart/form-data; boundary=b", "application/json"


@pytest.mark.parametrize(
    ("door", "kind", "size", "given", "status"),
    [
        ("account_login", PHOTO, 46 * MB, {}, 413),
        ("account_login", PHOTO, 46 * MB, {"HTTP_AUTHORIZATION": "Token x"}, 413),
        ("api-objection-list", PHOTO, 46 * MB, {"HTTP_AUTHORIZATION": "Basic x"}, 413),
        ("api-objection-list", PHOTO, 46 * MB, {}, 413),
        ("api-objection-list", TEXT, 6 * MB, {}, 413),
        ("api-objection-list", PHOTO, 44 * MB, {"HTTP_AUTHORIZATION": "Token x"}, 401),  # refused before it is read
        ("api-token", PHOTO, 46 * MB, {"HTTP_AUTHORIZATION": "Token x"}, 413),
        ("api-unit-list", PHOTO, 406 * MB, {"HTTP_AUTHORIZATION": "Token x"}, 413),
    ],
)
def test_a_request_that_is_too_large_is_refused_before_it_is_read(client, door, kind, size, given, status):
    answer = client.post(reverse(door), data=b"--b--", content_type=kind, CONTENT_LENGTH=str(size), **given)
    assert (answer.status_code, answer.wsgi_request._read_started) == (status, False)


def test_who_is_signed_in_may_send_several_files(client, settings):
    settings.UPLOAD_MAX_BYTES = MB
    client.force_login(UserFactory())
    address = reverse("own_phone")
    assert client.post(address, {"phone": SimpleUploadedFile("a", b"a" * 8 * MB)}).status_code == 200
    assert client.post(address, {"phone": SimpleUploadedFile("a", b"a" * 26 * MB)}).status_code == 413


@pytest.mark.parametrize("text", ["abc", "-1", "", "9" * 5000, "²", "1e9", "nan"])
def test_spare_rows_are_added_to_whatever_count_was_sent(text):
    rows = int(_with_spare_rows({"form-TOTAL_FORMS": text}, wanted=True)["form-TOTAL_FORMS"])
    assert SPARE_ROWS <= rows <= MOST_ROWS + SPARE_ROWS


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00|accounts_userevent|1",
        "9999-12-31T23:59:59-14:00|accounts_userevent|1",
        "2026-11-24T10:00:00+08:00|accounts_userevent|nan",
        "2026-11-24T10:00:00+08:00|no_table|1",
        f"2026-11-24T10:00:00+08:00|accounts_userevent|{'9' * 40}",
        "|",
    ],
)
def test_what_is_no_place_in_the_trail_is_none(text):
    assert Cursor.read(text) is None


def test_a_place_in_the_trail_is_read_as_it_was_written():
    cursor = Cursor.read("2026-11-24T10:00:00+08:00|accounts_userevent|7")
    assert Cursor.read(str(cursor)) == cursor
