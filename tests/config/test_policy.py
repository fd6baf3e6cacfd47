"""The headers of every response, and what does not exist at all."""

import json
import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from accounts.roles import Role
from config import services
from config.openapi import SchemaMadeOnce
from tests.factories import COUNTY, person

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


def test_the_schema_is_made_once_in_each_of_our_languages(client):
    def asked(**given):
        return client.get(reverse("api-schema"), given, headers={"Accept": "application/vnd.oai.openapi+json"}).text

    made = [asked(lang=language) for language in ("zh-hans", "en", "en-us", "xx", "../..")]
    assert made[0] != made[1]
    assert made[1:] == [made[1], made[1], made[0], made[0]]
    assert SchemaMadeOnce().get_schema() is SchemaMadeOnce().get_schema()


def test_the_schema_is_open_and_the_docs_fetch_nothing_from_elsewhere(client):
    assert client.get(reverse("api-schema")).status_code == 200
    page = client.get(reverse("api-docs")).content.decode()
    assert "https://" not in page
    assert "<script>" not in page


KEPT_NOWHERE = "private, no-store"


def test_nothing_shown_to_somebody_signed_in_is_kept(client):
    user = person(Role.COUNTY_OFFICE, COUNTY, password="Right-2026-pass")
    given = {"login": user.username, "password": "Right-2026-pass"}
    assert client.post(reverse("account_login"), given)["Cache-Control"] == KEPT_NOWHERE
    client.post(reverse("account_reauthenticate"), {"password": "Right-2026-pass"})
    pages = ("/", "/units/", "/units/?as=xlsx", "/register/?as=xlsx", reverse("mfa_activate_totp"), "/nowhere/")
    pages += (
        "/api/v1/me/",
        reverse("public_notices"),
        reverse("mfa_index"),
        "/notices/",
        reverse("session_keep_alive"),
    )
    assert {page: client.get(page)["Cache-Control"] for page in pages} == dict.fromkeys(pages, KEPT_NOWHERE)
    client.logout()
    assert "Cache-Control" not in client.get(reverse("public_notices"))


def test_nothing_is_kept_of_what_a_token_is_answered(client):
    user = person(Role.COUNTY_OFFICE, COUNTY, password="Right-2026-pass")
    given = {"username": user.username, "password": "Right-2026-pass"}
    token = client.post(reverse("api-token"), given, content_type="application/json").json()["token"]
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Token {token}"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, KEPT_NOWHERE)


UNDER_HTTPS = """
import json, django
django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory
# No page of ours: they read the database, which this process does not share with the test.
page = CsrfViewMiddleware(lambda request: HttpResponse(get_token(request)))
answer = SecurityMiddleware(page)(RequestFactory().get("/", secure=True, headers={"X-Forwarded-Proto": "https"}))
cookies = {name: [morsel[key] for key in ("path", "domain", "secure")] for name, morsel in answer.cookies.items()}
names = [getattr(settings, f"{kind}_COOKIE_NAME") for kind in ("SESSION", "CSRF", "LANGUAGE", "MESSAGES")]
print(json.dumps([cookies, names, answer["Strict-Transport-Security"]]))
"""


def test_under_https_cookies_are_of_this_host_alone_and_hosts_below_it_speak_https_too():
    env = os.environ | {"HTTPS": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    said = subprocess.run([sys.executable, "-c", UNDER_HTTPS], env=env, capture_output=True, text=True, check=True)
    cookies, names, hsts = json.loads(said.stdout)
    assert cookies == {"__Host-csrftoken": ["/", "", True]}
    assert names == ["__Host-sessionid", "__Host-csrftoken", "__Host-django_language", "__Host-messages"]
    assert hsts == "max-age=31536000; includeSubDomains"
