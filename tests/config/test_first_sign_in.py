"""The first sign-in: one page, with the password slip at hand; account names in any case, everywhere."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts import workflow
from accounts.models import Appointment, User
from accounts.passwords import OneTimeHasher
from accounts.roles import Role
from tests.factories import TOWNSHIP, VILLAGE, UnitFactory, UserFactory, person
from tests.in_browser import PASSWORD

pytestmark = pytest.mark.django_db
OWN = "maodou38 chaye"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    """How long a password takes to check is tested in ``test_passwords``."""
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 3 * OneTimeHasher.iterations)


@pytest.fixture
def slip():
    """Of a filler for whom the office has just opened an account."""
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    return opened(office)


def opened(office):
    unit = UnitFactory(code=VILLAGE, name="沙溪村")
    engaged = workflow.appoint_person(
        workflow.Who("俞小明"), [Role.FILLER], unit=unit, by=office, starts=office.appointments.get().starts
    )
    return engaged.user.username, engaged.password


def sent(slip, **changes):
    return {"login": slip[0], "password": slip[1], "new": OWN, "phone": "", **changes}


def post(client, given, **query):
    return client.post(reverse("first_sign_in", query=query), given)


def test_all_is_done_on_one_page(client, slip):
    answer = post(client, sent(slip, phone="１３８ 0000-5721"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get(username=slip[0])
    assert (user.check_password(OWN), user.must_change_password) == (True, False)
    assert user.appointments.get().phone == "13800005721"
    assert client.get("/").status_code == 200


def test_it_leads_to_where_somebody_wanted_to_go(client, slip):
    assert post(client, sent(slip), next="/applications/7/")["Location"] == "/applications/7/"
    assert post(Client(), sent(slip), next="//elsewhere.example/").status_code == 200  # a password of its own by now


def test_the_slip_is_typed_once_whatever_is_wrong_with_the_rest(client, slip):
    answer = post(client, sent(slip, new="short", phone="12"))
    assert (answer.context["slip"], sorted(answer.context["own"].errors)) == (None, ["new", "phone"])
    assert 'value="short"' in answer.text
    assert post(client, {"new": OWN, "phone": ""})["Location"] == "/"


def test_who_signs_in_on_the_sign_in_page_finds_the_first_part_done(client, slip):
    client.post(reverse("account_login"), {"login": slip[0], "password": slip[1]})
    assert client.get("/notices/mine/?a=1")["Location"] == reverse(
        "first_sign_in", query={"next": "/notices/mine/?a=1"}
    )
    answer = client.get(reverse("first_sign_in"))
    assert answer.context["slip"] is None
    assert answer["Cache-Control"] == "private, no-store"
    assert client.get("/api/v1/me/").status_code == 403
    assert post(client, {"new": OWN, "phone": ""})["Location"] == "/"
    assert client.get(reverse("first_sign_in"))["Location"] == "/"


def test_the_one_time_password_is_not_taken_for_ones_own(client, slip):
    answer = post(client, sent(slip, new=slip[1]))
    assert list(answer.context["own"].errors) == ["new"]


def test_capitals_and_gaps_of_a_phone_do_no_harm(client, slip):
    spaced = f" {slip[1][:4]} {slip[1][4:8].upper()} {slip[1][8:].capitalize()} "
    assert post(client, sent((f"{slip[0].capitalize()} ", spaced))).status_code == 302


def test_a_wrong_slip_changes_nothing_and_keeps_what_was_typed(client, slip):
    answer = post(client, sent(slip, password="wrong", phone="13800005721"))
    assert list(answer.context["slip"].errors) == ["__all__"]
    assert (f'value="{slip[0]}"' in answer.text, 'value="138 0000 5721"' in answer.text) == (True, True)
    assert User.objects.get(username=slip[0]).check_password(slip[1])


def test_wrong_slips_lock_the_account_in_whatever_case(client, slip):
    names = [slip[0], slip[0].upper(), slip[0].capitalize(), f" {slip[0]}", slip[0].title()]
    codes = [post(client, sent((name, "wrong"))).status_code for name in names]
    assert codes == [200, 200, 200, 200, 429]
    assert post(client, sent(slip)).status_code == 429


def test_an_account_with_a_password_of_its_own_keeps_it(client, slip):
    UserFactory(username="own", password=PASSWORD)
    answer = post(client, sent(("own", PASSWORD)))
    assert list(answer.context["slip"].errors) == ["__all__"]
    assert User.objects.get(username="own").check_password(PASSWORD)


def test_a_second_factor_is_still_asked_for(client, slip, settings):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    settings.SECOND_FACTOR_REQUIRED = True
    user = User.objects.get(username=slip[0])
    TOTP.activate(user, generate_totp_secret())
    answer = post(client, sent(slip))
    assert answer["Location"] == reverse("mfa_authenticate")
    assert User.objects.get(pk=user.pk).check_password(slip[1])


@pytest.mark.parametrize(
    ("typed", "met"),
    [
        ("maodou38 chaye", [True, True, True, True]),
        ("qzvh7", [False, True, True, True]),
        ("123456789012", [True, False, True, True]),
        ("filler2026abc", [True, True, False, True]),
        ("password1234", [True, True, True, False]),
    ],
)
def test_each_rule_is_told_while_somebody_types(client, typed, met):
    answer = client.post(reverse("password_rules"), {"login": "Filler", "new": typed})
    assert [check.met for check in answer.context["checks"]] == met


def test_account_names_in_any_case_at_the_doors(client):
    UserFactory(username="filler", password=PASSWORD)
    given = {"username": "ＦILLER ", "password": PASSWORD}
    assert client.post(reverse("api-token"), given, content_type="application/json").status_code == 200
    assert client.post(reverse("account_login"), {"login": "Filler", "password": PASSWORD}).status_code == 302


def test_wrong_passwords_count_for_one_account_at_the_token_door(client):
    UserFactory(username="filler", password=PASSWORD)
    codes = [
        client.post(
            reverse("api-token"), {"username": name, "password": "wrong"}, content_type="application/json"
        ).status_code
        for name in ("filler", "Filler", "FILLER", "fIller", "ｆiller")
    ]
    assert codes == [400, 400, 400, 400, 429]


@pytest.mark.parametrize("address", ["account_login", "account_change_password", "account_reauthenticate"])
def test_what_one_types_can_be_seen_without_a_script(client, address):
    if address != "account_login":
        client.force_login(UserFactory(username="filler", password=PASSWORD))
    assert 'type="password"' in client.get(reverse(address)).text
    shown = client.get(reverse(address, query={"show": 1})).text
    assert ('type="password"' in shown, "autocapitalize" in shown) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_a_cadre_gets_in_alone_on_a_phone(new_context, live_server, settings):
    slip = opened(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    page = new_context(viewport={"width": 390, "height": 800}, base_url=live_server.url).new_page()
    page.set_default_timeout(15_000)
    page.goto("/accounts/first/")
    taps = 0
    for field, typed in (
        ("login", slip[0].capitalize()),
        ("password", slip[1]),
        ("new", OWN),
        ("phone", "13800005721"),
    ):
        page.locator(f"[name={field}]").click()
        page.locator(f"[name={field}]").press_sequentially(typed)
        taps += 1
    expect(page.locator("#rules .met")).to_have_count(4)
    expect(page.locator("[name=new]")).to_have_attribute("type", "text")
    with page.expect_navigation():
        page.get_by_role("button", name="填好了，进去").click()
        taps += 1
    assert (taps, page.url) == (5, f"{live_server.url}/")
    assert Appointment.objects.get(user__username=slip[0]).phone == "13800005721"


@pytest.mark.django_db(transaction=True)
def test_it_works_without_a_script(new_context, live_server):
    slip = opened(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    page = new_context(java_script_enabled=False, base_url=live_server.url).new_page()
    page.goto("/accounts/first/")
    for field, typed in sent(slip, new="12345678").items():
        page.locator(f"[name={field}]").fill(typed)
    page.locator("main form button").click()
    expect(page.locator("#rules .unmet")).to_have_count(3)
    page.locator("[name=new]").fill(OWN)
    page.locator("main form button").click()
    assert page.url == f"{live_server.url}/"
