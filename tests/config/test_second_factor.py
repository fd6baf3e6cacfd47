"""A second factor depends on the posts held today, for existing sessions and tokens as well."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import workflow
from accounts.models import ApiToken, User, UserEvent
from accounts.roles import Role
from records.refusals import NotAllowed
from tests.factories import COUNTY, TOWNSHIP, AppointmentFactory, UnitFactory, person

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def office():
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office", password=PASSWORD)


def promote(user):
    AppointmentFactory(user=user, role=Role.TOWNSHIP_LEADER, unit=UnitFactory(code=TOWNSHIP))


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})


def program(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {workflow.sign_in_program(user)}")
    return client


def test_a_running_session_is_asked_once_its_holder_decides(client, office):
    sign_in(client, office)
    assert client.get("/").status_code == 200
    promote(office)
    assert client.get("/").url.startswith(reverse("mfa_activate_totp"))
    assert client.get("/api/v1/me/").status_code == 403


def test_a_session_that_did_not_show_it_is_asked_for_it_and_then_goes_on(client, office):
    sign_in(client, office)
    TOTP.activate(office, generate_totp_secret())
    code = RecoveryCodes.activate(office).get_unused_codes()[0]
    promote(office)
    page = client.get("/units/").url
    assert page == f"{reverse('mfa_reauthenticate')}?next=%2Funits%2F"
    assert client.post(page, {"code": code, "next": "/units/"}).url == "/units/"
    assert client.get("/units/").status_code == 200


def test_a_token_from_before_opens_nothing_any_more(office):
    before = program(office)
    assert before.get("/api/v1/me/").status_code == 200
    promote(office)
    assert before.get("/api/v1/me/").status_code == 401
    TOTP.activate(office, generate_totp_secret())
    assert before.get("/api/v1/me/").status_code == 401
    assert program(office).get("/api/v1/me/").status_code == 200


def test_a_lost_one_is_forgotten_by_the_security_administrator_alone(client, office):
    TOTP.activate(office, generate_totp_secret())
    guard = person(Role.SECADMIN, "3306", username="guard")
    for other in (person(Role.COUNTY_OFFICE, COUNTY), person(Role.SYSADMIN, "3306"), office):
        with pytest.raises(NotAllowed):
            workflow.forget_second_factor(office, by=other, reason="丢失")
    client.force_login(office)
    workflow.sign_in_program(office)
    workflow.forget_second_factor(office, by=guard, reason="手机丢失")
    assert not Authenticator.objects.exists()
    assert not ApiToken.objects.exists()
    assert client.get("/").url.startswith(reverse("account_login"))
    kept = UserEvent.objects.filter(pgh_obj=office).latest("pgh_id").pgh_context
    assert (kept["user"], kept["verb"], kept["reason"]) == (guard.pk, "accounts.forget_second_factor", "手机丢失")


def test_the_security_administrator_withdraws_offices_of_heads_and_of_the_other_two_by_page(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    guard, head = person(Role.SECADMIN, "3306"), person(Role.COUNTY_OFFICE, COUNTY)
    own, post = guard.appointments.get(), head.appointments.get()
    cadre = person(Role.TOWNSHIP_OFFICE, TOWNSHIP).appointments.get()
    client.force_login(guard)
    for other in (own, cadre):
        assert client.post(reverse("office_withdraw", args=[other.pk]), {"reason": "x"}).status_code == 404
    client.post(reverse("office_withdraw", args=[post.pk]), {"reason": ""})
    post.refresh_from_db()
    assert post.ends is None
    client.post(reverse("office_withdraw", args=[post.pk]), {"reason": "调离"})
    post.refresh_from_db()
    assert isinstance(post.ends, date)
    assert User.objects.get(pk=head.pk).is_active
