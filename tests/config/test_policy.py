"""What every answer carries, and what is not there at all."""

import pytest
from django.core.management import call_command
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from config import services

pytestmark = pytest.mark.django_db


def test_nothing_inline_and_nothing_from_elsewhere(client):
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert sorted(part.strip() for part in policy.split(";")) == [
        "base-uri 'none'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
    ]


def test_other_headers(client):
    response = client.get("/healthz")
    headers = ("Referrer-Policy", "X-Frame-Options", "X-Content-Type-Options", "Cross-Origin-Opener-Policy")
    assert [response[header] for header in headers] == ["same-origin", "SAMEORIGIN", "nosniff", "same-origin"]


def test_there_is_no_signing_up():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


@pytest.mark.parametrize(
    ("cookie", "path", "spoken"),
    [
        ("", "/healthz", "zh-hans"),
        ("en", "/healthz", "en"),
        ("xx", "/healthz", "zh-hans"),
        ("", "/api/v1/schema/", "en"),
    ],
)
def test_pages_are_chinese_unless_chosen_otherwise(client, cookie, path, spoken):
    if cookie:
        client.cookies["django_language"] = cookie
    response = client.get(path, headers={"Accept-Language": "en-US,en;q=0.9"})
    assert response["Content-Language"] == spoken
    translation.activate("zh-hans")


@pytest.mark.parametrize(
    ("url", "cache", "broker"),
    [
        ("unix:///d/valkey.sock?db=0", "unix:///d/valkey.sock?db=1", "redis+socket:///d/valkey.sock?virtual_host=0"),
        ("redis://:secret@host:6380/0", "redis://:secret@host:6380/1", "redis://:secret@host:6380/0"),
    ],
)
def test_one_server_serves_cache_and_broker_apart(url, cache, broker):
    assert (services.with_database(url, 1), services.broker_url(url)) == (cache, broker)


def test_the_schema_says_each_thing_under_a_name_of_its_own(capsys):
    """Nothing is left out, and no two serializers, choices or operations share a name: either would make it wrong."""
    call_command("spectacular", file="/dev/null")
    assert capsys.readouterr().err == ""


def test_the_schema_is_open_and_the_docs_fetch_nothing_from_elsewhere(client):
    assert client.get(reverse("api-schema")).status_code == 200
    page = client.get(reverse("api-docs")).content.decode()
    assert "https://" not in page
    assert "<script>" not in page
