import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.clock import freeze_time
from tests.factories import COUNTY, UserFactory, person

PASSWORD = "Long-enough-2026"
pytestmark = pytest.mark.django_db


def ask(client, **given):
    return client.post(reverse("api-token"), given, content_type="application/json")


def test_name_and_password_give_a_token_of_that_account_for_twelve_hours(client):
    UserFactory(username="filler", password=PASSWORD)
    with freeze_time("2026-11-24 08:00+08:00") as clock:
        response = ask(client, username="filler", password=PASSWORD)
        assert (response.status_code, list(response.json())) == (200, ["token"])
        again = ask(client, username="filler", password=PASSWORD).json()
        for answer in (response.json(), again):
            headers = {"Authorization": f"Token {answer['token']}"}
            assert client.get("/api/v1/me/", headers=headers).json()["username"] == "filler"
        assert again != response.json()
        clock.shift(12 * 3600 - 1)
        assert client.get("/api/v1/me/", headers=headers).status_code == 200
        clock.shift(2)
        assert client.get("/api/v1/me/", headers=headers).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "é" * 64, "\x00" * 64, "ab" * 32, "ab" * 3000, "a b"])
def test_what_is_no_token_opens_nothing(client, token):
    assert client.get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code == 401


def test_a_form_is_read_as_well(client):
    UserFactory(username="filler", password=PASSWORD)
    response = client.post(reverse("api-token"), {"username": "filler", "password": PASSWORD})
    assert response.status_code == 200


@pytest.mark.parametrize("given", [{"username": "filler", "password": "wrong"}, {"username": "filler"}, {}])
def test_anything_less_is_refused(client, given):
    UserFactory(username="filler", password=PASSWORD)
    assert ask(client, **given).status_code == 400


def test_an_account_that_was_ended_gets_none(client):
    user = UserFactory(username="filler", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert ask(client, username="filler", password=PASSWORD).status_code == 400


def test_five_failures_lock_this_door_and_the_page(client):
    UserFactory(username="filler", password=PASSWORD)
    statuses = [ask(client, username="filler", password="wrong").status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 400, 429]
    locked = ask(client, username="filler", password=PASSWORD)
    assert (locked.status_code, list(locked.json()), locked["Retry-After"]) == (429, ["detail"], "900")
    page = client.post(reverse("account_login"), {"login": "filler", "password": PASSWORD})
    assert page.status_code == 429


def test_failures_of_one_account_do_not_lock_another_at_the_same_office(client):
    UserFactory(username="filler", password=PASSWORD)
    UserFactory(username="signer", password=PASSWORD)
    for _ in range(5):
        ask(client, username="filler", password="wrong")
    assert ask(client, username="signer", password=PASSWORD).status_code == 200


def test_whoever_decides_needs_a_second_factor_first(client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.COUNTY_OFFICE, COUNTY, password=PASSWORD)
    assert list(ask(client, username=user.username, password=PASSWORD).json()) == ["code"]
    settings.SECOND_FACTOR_REQUIRED = False
    assert ask(client, username=user.username, password=PASSWORD).status_code == 200


def test_a_second_factor_that_is_set_up_is_asked_for(client, settings):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.COUNTY_OFFICE, COUNTY, password=PASSWORD)
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    assert list(ask(client, username=user.username, password=PASSWORD, code="000000").json()) == ["code"]
    assert ask(client, username=user.username, password=PASSWORD, code=code).status_code == 200


def test_a_one_time_password_is_no_key_for_programs(client):
    UserFactory(username="filler", password=PASSWORD, must_change_password=True)
    response = ask(client, username="filler", password=PASSWORD)
    assert (response.status_code, list(response.json())) == (400, ["password"])


def test_whoever_decides_is_led_to_setting_one_up(client, settings):
    user = person(Role.COUNTY_OFFICE, COUNTY, password=PASSWORD)
    client.force_login(user)
    settings.SECOND_FACTOR_REQUIRED = True
    response = client.get("/nowhere/")
    assert (response.status_code, response.url) == (302, f"{reverse('mfa_activate_totp')}?next=%2Fnowhere%2F")
    response = client.get("/api/v1/nowhere/")
    assert (response.status_code, list(response.json())) == (403, ["detail"])
