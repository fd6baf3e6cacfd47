"""Requests that no form would send are refused with an explanation, especially where no account is needed."""

import json

import pytest
from django.urls import reverse

from accounts.audit_trail import Cursor
from incentives.views.edit import MOST_ROWS, SPARE_ROWS, _with_spare_rows

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
