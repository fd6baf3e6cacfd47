"""Wrong codes of the second factor: five in a row, on any page, lock the account everywhere, as passwords do."""

import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from notifications.models import Notice
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import COUNTY, person

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"
WRONG = "not a code"


@pytest.fixture
def guard():
    return person(Role.SECADMIN, "33", username="guard")


@pytest.fixture
def office(guard):
    user = person(Role.COUNTY_OFFICE, COUNTY, username="office", password=PASSWORD)
    user.secret = generate_totp_secret()
    TOTP.activate(user, user.secret)
    user.recovery = RecoveryCodes.activate(user).get_unused_codes()
    return user


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def ask(code, password=PASSWORD):
    given = {"username": "office", "password": password, "code": code}
    return Client().post(reverse("api-token"), given, content_type="application/json")


def signing_in(address="127.0.0.1"):
    """A browser after the password, before the code."""
    client = Client(REMOTE_ADDR=address)
    assert client.post(reverse("account_login"), {"login": "office", "password": PASSWORD}).url == AUTHENTICATE
    return client


AUTHENTICATE = reverse("mfa_authenticate")


def test_five_wrong_codes_at_the_page_lock_it_for_the_right_one_too(office):
    client = signing_in()
    assert [client.post(AUTHENTICATE, {"code": WRONG}).status_code for _ in range(5)] == [200] * 4 + [429]
    for code in (code_of(office.secret), office.recovery[0]):
        answer = client.post(AUTHENTICATE, {"code": code})
        assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert ask(code_of(office.secret)).status_code == 429


def test_five_wrong_codes_at_the_token_door_lock_it_and_the_page(office):
    client = signing_in()
    assert [ask(WRONG).status_code for _ in range(5)] == [400] * 4 + [429]
    assert client.post(AUTHENTICATE, {"code": code_of(office.secret)}).status_code == 429
    for password in (PASSWORD, "wrong"):
        given = {"login": "office", "password": password}
        assert Client(REMOTE_ADDR="10.1.1.1").post(reverse("account_login"), given).status_code == 429


def test_after_sixty_wrong_codes_the_right_one_opens_nothing(office):
    assert [ask(WRONG).status_code for _ in range(60)] == [400] * 4 + [429] * 56
    assert ask(code_of(office.secret)).status_code == 429


def test_they_are_counted_over_all_doors_and_addresses(office):
    inside = signing_in()
    inside.post(AUTHENTICATE, {"code": office.recovery[0]})
    elsewhere = signing_in("10.9.9.9")
    assert ask(WRONG).status_code == 400
    assert elsewhere.post(AUTHENTICATE, {"code": WRONG}).status_code == 200
    assert inside.post(reverse("mfa_reauthenticate"), {"code": WRONG}).status_code == 200
    assert ask("").status_code == 400, "a code that is missing is none that is wrong"
    assert ask(WRONG).status_code == 400
    assert ask(WRONG).status_code == 429
    assert inside.post(reverse("mfa_reauthenticate"), {"code": office.recovery[1]}).status_code == 429


def test_the_right_one_forgets_the_wrong_ones_and_only_time_or_the_guard_ends_a_lock(office, guard):
    with freeze_time("2026-11-24 10:00:05+08:00") as clock:
        assert [ask(WRONG).status_code for _ in range(4)] == [400] * 4
        assert ask(office.recovery[0]).status_code == 200
        assert [ask(WRONG).status_code for _ in range(5)] == [400] * 4 + [429]
        clock.shift(15 * 60 - 2)
        assert ask(office.recovery[1]).status_code == 429
        clock.shift(4)
        assert ask(office.recovery[1]).status_code == 200
        assert [ask(WRONG).status_code for _ in range(5)] == [400] * 4 + [429]
        desk = client_of(guard)
        page = desk.get(reverse("locks"))
        assert [one.user for one in page.context["by_codes"]] == [office]
        assert desk.post(reverse("lock_lift", args=["office"])).status_code == 302
        assert list(desk.get(reverse("locks")).context["by_codes"]) == []
        assert ask(office.recovery[2]).status_code == 200


def test_holder_and_security_administrator_are_told_once(office, guard):
    other = person(Role.SECADMIN, "34", username="elsewhere")
    for _ in range(9):
        ask(WRONG)
    told = Notice.objects.order_by("kind").values_list("kind", "user__username")
    assert list(told) == [("codes_locked", "guard"), ("codes_locked_you", "office")]
    assert not other.notices.exists()


def test_the_code_that_set_it_up_works_once(guard):
    user = person(Role.COUNTY_OFFICE, COUNTY, username="office", password=PASSWORD)
    client = Client()
    client.post(reverse("account_login"), {"login": "office", "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with freeze_time("2026-11-24 10:00:05+08:00"):
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        wrong = client.post(reverse("mfa_activate_totp"), {"code": WRONG})
        assert (wrong.status_code, user.wrong_codes.count) == (200, 1)
        code = code_of(secret)
        assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
        assert user.authenticator_set.count() == 2
        again = ask(code)
        assert (again.status_code, list(again.json())) == (400, ["code"])


def test_wrong_passwords_at_the_page_that_changes_it_count_as_at_signing_in():
    user = person(Role.FILLER, "330624108204", username="filler", password=PASSWORD)
    client = client_of(user)
    sent = {"oldpassword": "wrong", "password1": "Another-2026-pass", "password2": "Another-2026-pass"}
    answers = [client.post(reverse("account_change_password"), sent).status_code for _ in range(5)]
    assert answers == [200] * 4 + [429]
    right = sent | {"oldpassword": PASSWORD}
    assert client.post(reverse("account_change_password"), right).status_code == 429
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
