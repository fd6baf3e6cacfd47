"""Signing in through a government account platform, which runs on loopback here: who is let in, and as whom."""

import socket

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.contrib.messages import get_messages
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from accounts import workflow
from accounts.models import Identity, IdentityEvent, User
from accounts.roles import Role
from config import account_platform
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.config.account_platform import CLIENT, SECRET, AccountPlatform
from tests.factories import COUNTY, TOWNSHIP, UserFactory, person

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"
START, PAGE, LOGIN = reverse("openid_connect_login", args=["platform"]), reverse("identity"), reverse("account_login")


@pytest.fixture(scope="module")
def running():
    platform = AccountPlatform()
    yield platform
    platform.close()


@pytest.fixture
def sso(running, settings):
    settings.OIDC_SERVER, settings.SECOND_FACTOR_REQUIRED = running.address, False
    settings.SOCIALACCOUNT_PROVIDERS = account_platform.providers(running.address, CLIENT, SECRET, settings.OIDC_NAME)
    running.person, running.forger, running.unsigned = {"sub": "zj-0001"}, False, False
    return running


@pytest.fixture
def office(db):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office", password=PASSWORD, email="office@example.gov.cn")


def go(client, process="login"):
    """Press the button, ask the platform, return its response; our response to that."""
    there = client.post(f"{START}?process={process}")
    back = requests.get(there.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    return client.get(back.replace("http://testserver", ""))


def told(client):
    return [str(message) for message in get_messages(client.get(LOGIN).wsgi_request)]


def signed_in(client):
    return client.session.get("_auth_user_id")


def with_password(client, user):
    assert client.post(LOGIN, {"login": user.username, "password": PASSWORD}).status_code == 302


# ── off ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_unless_the_settings_name_a_platform_there_is_none(client, office):
    assert START not in client.get(LOGIN).content.decode()
    assert [client.post(START).status_code, client.get(START).status_code] == [404, 404]
    assert client.get(reverse("openid_connect_callback", args=["platform"])).status_code == 404
    client.force_login(office)
    assert client.get(PAGE).status_code == 404
    with pytest.raises(NotAllowed):
        workflow.link_identity(office, "zj-0001", by=office)


def test_a_platform_is_named_whole():
    assert account_platform.providers("", "", "", "x") == {}
    for given in (("https://sso", "", ""), ("https://sso", "id", ""), ("", "id", "secret")):
        with pytest.raises(ImproperlyConfigured):
            account_platform.providers(*given, "x")
    assert account_platform.origin("https://sso.example.gov.cn/realm") == ["https://sso.example.gov.cn"]


# ── signing in ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_tied_signs_in(client, sso, office):
    workflow.link_identity(office, "zj-0001", by=office)
    assert f'action="{START}?process=login"' in client.get(LOGIN).content.decode()
    assert go(client).headers["Location"] == "/"
    assert signed_in(client) == str(office.pk)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "zj-0002", "email": "office@example.gov.cn", "email_verified": True},
        {"sub": "zj-0002", "preferred_username": "office", "name": "张三"},
        {"sub": "office"},
        {"sub": "ZJ-0001"},
    ],
)
def test_an_equal_name_or_email_lets_nobody_in_and_makes_no_account(client, sso, office, claims):
    workflow.link_identity(office, "zj-0001", by=office)
    office.name = "张三"
    office.save()
    before = User.objects.count()
    sso.person = claims
    assert go(client).headers["Location"] == LOGIN
    assert told(client) == ["这里没有与您的统一认证身份绑定的账号。请先用密码登录，再绑定账号。"]
    assert (signed_in(client), User.objects.count(), SocialAccount.objects.count()) == (None, before, 0)


@pytest.mark.parametrize("fault", ["forger", "unsigned"])
def test_what_the_platform_did_not_sign_counts_for_nothing(client, sso, office, fault):
    workflow.link_identity(office, "zj-0001", by=office)
    setattr(sso, fault, True)
    assert go(client).headers["Location"] == LOGIN
    assert signed_in(client) is None


def test_an_answer_that_was_not_asked_for_counts_for_nothing(client, sso, office):
    workflow.link_identity(office, "zj-0001", by=office)
    answer = client.get(reverse("openid_connect_callback", args=["platform"]), {"code": "x", "state": "made up"})
    assert (answer.headers["Location"], signed_in(client)) == (LOGIN, None)


def test_while_the_platform_is_away_one_signs_in_with_the_password(client, sso, office, settings):
    there = client.post(START).headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"].replace("http://testserver", "")
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings.SOCIALACCOUNT_PROVIDERS = account_platform.providers(nobody, CLIENT, SECRET, settings.OIDC_NAME)
    for ask in (lambda: client.post(START), lambda: client.get(back)):
        assert ask().headers["Location"] == LOGIN
        assert told(client) == ["统一认证平台未能确认您的身份，请重试。"]
    with_password(client, office)


def test_a_locked_account_stays_locked(client, sso, office):
    workflow.link_identity(office, "zj-0001", by=office)
    User.objects.filter(pk=office.pk).update(is_active=False)
    go(client)
    assert signed_in(client) is None


def test_the_second_factor_is_asked_for_as_ever(client, sso, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    workflow.link_identity(leader, "zj-0001", by=leader)
    go(client)
    assert client.get("/").url.startswith(reverse("mfa_activate_totp"))
    client.logout()
    TOTP.activate(leader, generate_totp_secret())
    code = RecoveryCodes.activate(leader).get_unused_codes()[0]
    assert go(client).headers["Location"] == reverse("mfa_authenticate")
    assert signed_in(client) is None
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert (signed_in(client), client.get("/").status_code) == (str(leader.pk), 200)
    assert Authenticator.objects.filter(user=leader).count() == 2


# ── linking
# ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_ties_the_own_account_with_the_password_typed_just_now(client, sso, office):
    with_password(client, office)
    assert client.get(PAGE).context["sure"] is True
    assert go(client, "connect").headers["Location"] == PAGE
    tied = Identity.objects.get()
    assert (tied.user, tied.subject, tied.issuer, tied.tied_by) == (office, "zj-0001", sso.address, office)
    context = IdentityEvent.objects.get().pgh_context
    assert (context["user"], context["verb"]) == (office.pk, "accounts.tie_identity")
    client.logout()
    go(client)
    assert (signed_in(client), client.get(PAGE).context["sure"]) == (str(office.pk), False)
    assert client.post(reverse("identity_unlink")).headers["Location"] == PAGE
    assert not Identity.objects.exists()


def test_without_the_password_nothing_is_tied(client, sso, office):
    client.force_login(office)
    assert client.get(PAGE).context["sure"] is False
    assert go(client, "connect").headers["Location"] == PAGE
    client.logout()
    assert go(client, "connect").headers["Location"] == LOGIN
    assert not Identity.objects.exists()


def test_what_is_linked_already_is_linked_to_nobody_else(sso, office):
    other = UserFactory()
    linked = workflow.link_identity(office, "zj-0001", by=office)
    assert workflow.link_identity(office, " zj-0001 ", by=office) == linked
    for user, subject in ((other, "zj-0001"), (office, "zj-0002")):
        with pytest.raises(WrongState):
            workflow.link_identity(user, subject, by=user)
    for subject in ("", " ", "x" * 256):
        with pytest.raises(Incomplete):
            workflow.link_identity(other, subject, by=other)


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.SYSADMIN])
def test_nobody_signs_in_as_another_by_tying_that_account(client, sso, office, role):
    administrator = person(role, "3306")
    with pytest.raises(NotAllowed):
        workflow.link_identity(office, "zj-0001", by=administrator)
    client.force_login(administrator)
    client.post(reverse("identities"), {"username": "office", "subject": "zj-0001", "reason": "代办"})
    client.logout()
    go(client)
    assert (signed_in(client), Identity.objects.exists()) == (None, False)


def test_who_guards_security_unlinks_for_a_reason(client, sso, office):
    guard = person(Role.SECADMIN, "3306")
    client.force_login(guard)
    page = reverse("identities")
    workflow.link_identity(office, "zj-0001", by=office)
    assert [one.user for one in client.get(page).context["page"]] == [office]
    unlink = reverse("identity_unlink_guarded", args=[Identity.objects.get().pk])
    client.post(unlink, {"reason": ""})
    assert Identity.objects.exists()
    assert client.post(unlink, {"reason": "离岗"}).headers["Location"] == page
    assert not Identity.objects.exists()
    last = IdentityEvent.objects.latest("pgh_id").pgh_context
    assert (last["user"], last["verb"], last["reason"]) == (guard.pk, "accounts.untie_identity", "离岗")


@pytest.mark.parametrize(
    ("role", "code"), [(Role.SYSADMIN, "3306"), (Role.COUNTY_OFFICE, COUNTY), (Role.SECADMIN, "3307")]
)
def test_nobody_else_unlinks_somebodys_account(client, sso, office, role, code):
    stranger = person(role, code)
    tied = workflow.link_identity(office, "zj-0001", by=office)
    with pytest.raises(NotAllowed):
        workflow.unlink_identity(tied, by=stranger, reason="代办")
    client.force_login(stranger)
    answer = client.post(reverse("identity_unlink_guarded", args=[tied.pk]), {"reason": "代办"})
    assert (answer.status_code, Identity.objects.count()) == (404, 1)
