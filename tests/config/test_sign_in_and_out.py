"""Sessions begin and end on the server, forms are taken from our own pages alone, and nobody is led elsewhere."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from tests.clients import client_of
from tests.factories import VILLAGE, person

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "Right-2026-pass", "Another-2027-word"
ELSEWHERE = ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/", "javascript:alert(1)"]


@pytest.fixture
def cadre():
    return person(Role.FILLER, VILLAGE, username="filler", password=PASSWORD)


def sign_in(client: Client, **more: str):
    return client.post(reverse("account_login"), {"login": "filler", "password": PASSWORD, **more})


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def with_key(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def opens(key: str) -> bool:
    return with_key(key).get(reverse("api-me")).status_code == 200


def test_a_key_that_somebody_planted_is_not_kept(cadre):
    client = with_key("planted0planted0planted0planted0")
    sign_in(client)
    assert (opens("planted0planted0planted0planted0"), opens(key_of(client))) == (False, True)


def test_signing_out_ends_the_session_not_only_the_cookie(cadre):
    client = Client()
    sign_in(client)
    key = key_of(client)
    client.post(reverse("account_logout"))
    assert not opens(key)


def test_a_new_password_ends_all_other_sessions(cadre):
    here, there = Client(), Client()
    for one in (here, there):
        sign_in(one)
    before = key_of(here)
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    here.post(reverse("account_change_password"), given)
    assert [opens(key) for key in (key_of(there), before, key_of(here))] == [False, False, True]


@pytest.mark.parametrize("page", ["account_login", "account_logout", "first_sign_in", "set_language"])
def test_a_form_of_another_site_is_not_taken(cadre, page):
    client = Client(enforce_csrf_checks=True)
    if page == "account_logout":
        client.force_login(cadre)
    assert client.post(reverse(page), {"login": "filler", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_to_another_site(cadre, address):
    assert sign_in(Client(), next=address).url == "/"
    chosen = Client().post(reverse("set_language"), {"language": "en", "next": address}, HTTP_REFERER=address)
    again = client_of(cadre).post(f"{reverse('account_reauthenticate')}?next={address}", {"password": PASSWORD})
    assert [one.url for one in (chosen, again)] == ["/", "/"]
