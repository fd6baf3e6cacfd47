"""Whoever's password or second factor changes is told, since somebody else in their session may have done it."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts import workflow
from accounts.roles import Role
from tests.clock import freeze_time
from tests.config.test_second_factor_lockout import code_of
from tests.factories import COUNTY, person

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"
DAY = {"day": "2026-11-24"}


@pytest.fixture(autouse=True)
def frozen():
    with freeze_time("2026-11-24 10:00:05+08:00"):
        yield


@pytest.fixture
def office():
    return person(Role.COUNTY_OFFICE, COUNTY, username="office", password=PASSWORD)


def signed_in():
    client = Client()
    client.post(reverse("account_login"), {"login": "office", "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def told(user):
    return [(notice.kind, notice.params) for notice in user.notices.order_by("pk")]


def test_of_a_password_of_ones_own(office):
    given = {"oldpassword": PASSWORD, "password1": "Another-2026-pass", "password2": "Another-2026-pass"}
    assert signed_in().post(reverse("account_change_password"), given).status_code == 302
    assert told(office) == [("password_changed", DAY)]


def test_of_a_factor_set_up_its_codes_made_anew_and_the_factor_removed(office, django_capture_on_commit_callbacks):
    client = signed_in()
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    sent = [("mfa_activate_totp", {"code": code_of(secret)}), ("mfa_generate_recovery_codes", {})]
    for number, (page, form) in enumerate([*sent, ("mfa_deactivate_totp", {})], 1):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(reverse(page), form).status_code == 302
        assert told(office) == [("second_factor_changed", DAY)] * number


def test_of_a_factor_that_the_security_administrator_removed(office):
    TOTP.activate(office, generate_totp_secret())
    guard = person(Role.SECADMIN, "3306", name="安管")
    workflow.forget_second_factor(office, by=guard, reason="手机丢失")
    assert told(office) == [("second_factor_forgotten", {"by": "安管", **DAY})]
