"""Wrong passwords: what is kept of them, and when they lock an account for everybody."""

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from tests.clients import client_of
from tests.factories import VILLAGE, person

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"
NEW = "Another-2027-word"


@pytest.fixture
def cadre():
    return person(Role.FILLER, VILLAGE, username="filler", password=PASSWORD)


def sign_in(password: str, address: str) -> int:
    given = {"login": "filler", "password": password}
    return Client(REMOTE_ADDR=address).post(reverse("account_login"), given).status_code


def test_nothing_that_was_typed_is_kept(cadre):
    """A new password stands beside the old one, which may be wrong by one letter."""
    changing = {"oldpassword": f"{PASSWORD}!", "password1": NEW, "password2": NEW}
    client_of(cadre).post(reverse("account_change_password"), changing)
    Client(HTTP_USER_AGENT="slip").post(reverse("first_sign_in"), {"login": "filler", "password": "x", "new": NEW})
    for _time in range(2):
        sign_in("wrong", "10.0.0.1")
    kept = AccessAttempt.objects.values_list("username", "failures_since_start", "get_data", "post_data")
    assert sorted(kept) == [("filler", 1, "", ""), ("filler", 1, "", ""), ("filler", 2, "", "")]


def test_wrong_passwords_from_many_addresses_lock_it_for_all(cadre):
    """Four from each address lock none of them; 25 in all, the account."""
    for number in range(6):
        assert [sign_in("wrong", f"10.0.0.{number}") for _time in range(4)] == [200] * 4
    assert sign_in("wrong", "10.0.0.6") == 200
    assert sign_in(PASSWORD, "10.0.0.7") == 429


def test_strangers_lock_nobody_out_at_the_own_address(cadre):
    """Nor does the rest of an IPv6 line count as other addresses."""
    assert sign_in(PASSWORD, "2001:db8:1:2::a") == 302
    for number in range(25):
        sign_in("wrong", f"10.0.0.{number}")
    assert [sign_in(PASSWORD, address) for address in ("10.0.0.99", "2001:db8:1:3::a")] == [429, 429]
    assert [sign_in("wrong", f"2001:db8:1:2::{number}") for number in range(5)] == [200] * 4 + [429]
    assert sign_in(PASSWORD, "2001:db8:1:2::a") == 429


def test_the_security_administrator_sees_and_lifts_that(cadre):
    guard = client_of(person(Role.SECADMIN, "3306"))
    for number in range(25):
        sign_in("wrong", f"10.0.0.{number}")
    assert len(guard.get(reverse("locks")).context["shut_out"]) == 25
    assert "有1个账号被锁在外面" in guard.get("/").content.decode()
    guard.post(reverse("lock_lift", args=["filler"]))
    assert sign_in(PASSWORD, "10.0.0.7") == 302
