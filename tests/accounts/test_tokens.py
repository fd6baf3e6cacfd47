"""Tokens for programs: created by their holder with a scope and an expiry, ended by several people, opening
what they name."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import workflow
from accounts.models import ApiToken, ApiTokenEvent, Appointment
from accounts.roles import ROLES, Role
from accounts.scopes import KEEP_NOTHING, TASKS, TokenScope, allows
from accounts.workflow.tokens import MOST
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, UserFactory, person
from tests.route_access import PUBLIC
from tests.route_permissions import API

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"
ONES_OWN = {"api-bell-read", "api-bell-read-all"}
"""Steps in one's own affairs, no task of an office: a token of all rights alone takes them."""


@pytest.fixture
def finance():
    return person(Role.FINANCE, COUNTY, username="finance", password=PASSWORD)


@pytest.fixture
def guard():
    return person(Role.SECADMIN, "33", username="guard")


def token_of(user, scope=TokenScope.READ, days=10):
    return workflow.make_token("程序", scope, by=user, until=timezone.localdate() + timedelta(days=days))[1]


def status(token, address="/api/v1/me/", method="get", sent=None):
    headers = {"Authorization": f"Token {token}"}
    given = {} if method == "get" else {"data": sent or {}, "content_type": "application/json"}
    return getattr(Client(), method)(address, headers=headers, **given).status_code


def signed_in(user):
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    return client


# ── scopes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_step_of_the_api_is_some_task_or_keeps_nothing():
    steps = {
        name for name, door in API.items() for method, who in door.ways.items() if method != "get" and who != PUBLIC
    }
    known = set().union(*(task.doors for task in TASKS.values())) | ONES_OWN | KEEP_NOTHING
    assert sorted(steps - known) == [], "put them into a task of accounts/scopes.py"
    assert sorted(known - steps) == []


def test_whoever_may_take_a_step_of_the_api_is_offered_its_task():
    """The task of each right that opens a step names this right."""
    for name, door in API.items():
        rights = set().union(*(getattr(who, "permissions", ()) for way, who in door.ways.items() if way != "get"))
        tasks = [task for task in TASKS.values() if name in task.doors]
        offered = set().union(*(task.rights for task in tasks))
        assert not tasks or sorted(rights - offered) == [], f"{name}: rights of its task in accounts/scopes.py"


def test_every_right_of_a_task_is_some_role_s():
    given = set().union(*(spec.permissions for spec in ROLES.values()))
    assert set().union(*(task.rights for task in TASKS.values())) - given == set()


def test_to_read_is_to_ask_and_to_try_and_nothing_else(finance):
    token = token_of(finance)
    preview = {"budget": "10.00", "units": [{"unit": COUNTY, "weight": "1"}]}
    assert status(token, "/api/v1/allocations/preview/", "post", preview) == 200
    assert status(token, "/api/v1/funds/") == 200
    assert status(token, reverse("api-bell-read-all"), "post") == 403
    for name, door in API.items():
        for method in set(door.ways) - {"get"}:
            assert allows(TokenScope.READ, method.upper(), name) == (name in KEEP_NOTHING)


def test_a_task_opens_its_own_steps_and_what_it_needs_to_see():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    UnitFactory(code=VILLAGE)
    token = token_of(office, TokenScope.PROFILES)
    assert status(token, "/api/v1/units/") == status(token) == 200
    assert status(token, reverse("api-profile-report"), "post") == 400
    assert status(token, "/api/v1/appointments/") == 403
    assert status(token, "/api/v1/appointments/", "post") == 403
    assert status(token_of(office, TokenScope.APPOINT), "/api/v1/appointments/", "post") == 400
    full = workflow.sign_in_program(office)
    assert status(full, "/api/v1/appointments/", "post") == 400
    assert status(full, reverse("api-bell-read-all"), "post") == 204


def test_nobody_gives_a_token_a_task_that_is_not_theirs(finance):
    for scope in (TokenScope.APPOINT, "made up", ""):
        with pytest.raises(Incomplete):
            token_of(finance, scope)
    token = token_of(finance, TokenScope.PAY)
    Appointment.objects.update(starts=date(2020, 1, 1), ends=date(2021, 1, 1))
    assert status(token, "/api/v1/funds/1/disburse/", "post") == 404


# ── expiry
# ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_ends_with_its_last_day_which_is_at_most_a_year_away(finance):
    with freeze_time("2026-11-24 10:00+08:00") as clock:
        token = token_of(finance, days=1)
        clock.move_to("2026-11-25 23:59:58+08:00")
        assert status(token) == 200
        clock.move_to("2026-11-26 00:00:01+08:00")
        assert status(token) == 401
        for days in (-1, 367):
            with pytest.raises(Incomplete):
                token_of(finance, days=days)


def test_it_ends_with_an_office_of_its_holder_today_or_later(finance):
    head = person(Role.COUNTY_OFFICE, COUNTY)
    AppointmentFactory(user=finance, role=Role.DEPARTMENT, unit=UnitFactory(code=COUNTY), department="农业农村局")
    first, second = finance.appointments.order_by("role")
    with freeze_time("2026-11-24 10:00+08:00") as clock:
        token = token_of(finance)
        workflow.end(first, by=head, on=date(2026, 11, 26))
        assert status(token) == 200
        clock.move_to("2026-11-27 00:00:01+08:00")
        assert status(token) == 401
        token = token_of(finance)
        assert status(token) == 200
        workflow.hand_over([second], workflow.Who("俞小明"), by=head, on=date(2026, 11, 27))
        assert status(token) == 401


def test_it_ends_with_a_lock_for_good_and_so_do_sessions(finance, guard):
    client, token = signed_in(finance), token_of(finance)
    assert (client.get("/").status_code, status(token)) == (200, 200)
    workflow.lock(finance, by=guard, reason="手机丢失")
    assert (client.get("/").status_code, status(token)) == (302, 401)
    finance.refresh_from_db()
    workflow.unlock(finance, by=guard)
    assert (client.get("/").status_code, status(token)) == (302, 401)
    assert signed_in(finance).get("/").status_code == 200


def test_a_session_that_is_not_looked_at_during_the_lock_is_not_revived(finance, guard):
    client, token = signed_in(finance), token_of(finance)
    workflow.lock(finance, by=guard, reason="手机丢失")
    finance.refresh_from_db()
    workflow.unlock(finance, by=guard)
    assert (client.get("/").status_code, status(token)) == (302, 401)


def test_who_gave_the_password_before_the_lock_does_not_get_in_by_the_code_after_it(finance, guard):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(finance, generate_totp_secret())
    codes = RecoveryCodes.activate(finance).get_unused_codes()
    half, fresh = signed_in(finance), None
    workflow.lock(finance, by=guard, reason="手机丢失")
    assert half.post(reverse("mfa_authenticate"), {"code": codes[0]}).url == reverse("account_login")
    half = None
    finance.refresh_from_db()
    workflow.unlock(finance, by=guard)
    half = signed_in(finance)
    finance.refresh_from_db()
    workflow.lock(finance, by=guard, reason="手机丢失")
    finance.refresh_from_db()
    workflow.unlock(finance, by=guard)
    half.post(reverse("mfa_authenticate"), {"code": codes[1]})
    assert half.get("/").status_code == 302
    fresh = signed_in(finance)
    fresh.post(reverse("mfa_authenticate"), {"code": codes[2]})
    assert fresh.get("/").status_code == 200


def test_a_new_password_ends_them(finance):
    client, token = signed_in(finance), token_of(finance)
    given = {"oldpassword": PASSWORD, "password1": "Another-2026-pass", "password2": "Another-2026-pass"}
    assert client.post(reverse("account_change_password"), given).status_code == 302
    assert status(token) == 401


# ── pages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_holder_makes_sees_and_ends_them_on_a_page(finance):
    client = signed_in(finance)
    page = client.get(reverse("tokens"))
    offered = [value for value, _label in page.context["form"].fields["scope"].choices]
    assert offered == [
        TokenScope.READ,
        TokenScope.FOLLOWUPS,
        TokenScope.PLAN_MONEY,
        TokenScope.PAY,
        TokenScope.PAYEES,
        TokenScope.REPORTS,
        TokenScope.FULL,
    ]
    until = timezone.localdate() + timedelta(days=30)
    made = client.post(reverse("tokens"), {"name": "财政一体化", "scope": "pay", "until": until.isoformat()})
    text = made.context["text"]
    assert text in made.content.decode()
    assert made["Cache-Control"] == "private, no-store"
    assert status(text, "/api/v1/funds/") == 200
    again = client.get(reverse("tokens"))
    [kept] = again.context["tokens"]
    assert (kept.name, kept.scope, kept.last_used_at is None) == ("财政一体化", "pay", False)
    assert text not in again.content.decode()
    assert kept.digest not in again.content.decode()
    assert client.post(reverse("token_end", args=[kept.handle])).url == reverse("tokens")
    assert (status(text), list(client.get(reverse("tokens")).context["tokens"])) == (401, [])


def test_a_page_that_was_left_open_makes_none(finance):
    with freeze_time("2026-11-24 10:00+08:00") as clock:
        client = signed_in(finance)
        clock.shift(3600)
        sent = {"name": "程序", "scope": "read", "until": "2026-11-30"}
        answer = client.post(reverse("tokens"), sent)
        assert (answer.context["text"], answer.context["sure"]) == ("", False)
        assert not ApiToken.objects.exists()
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert client.post(reverse("tokens"), sent).context["text"]


def test_the_security_administrator_ends_those_of_others_for_a_reason(finance, guard):
    token_of(finance)
    kept = ApiToken.objects.get()
    desk = client_of(guard)
    assert [one.user for one in desk.get(reverse("tokens_guarded")).context["page"]] == [finance]
    address = reverse("token_end_guarded", args=[kept.handle])
    desk.post(address, {"reason": ""})
    assert ApiToken.objects.exists()
    assert desk.post(address, {"reason": "程序停用"}).url == reverse("tokens_guarded")
    assert not ApiToken.objects.exists()
    last = ApiTokenEvent.objects.latest("pgh_id")
    context = last.pgh_context
    assert (context["user"], context["verb"], context["reason"]) == (guard.pk, "accounts.end_token", "程序停用")


def test_nobody_else_ends_them(finance, guard):
    token = workflow.make_token("程序", "read", by=finance, until=timezone.localdate())[0]
    others = [UserFactory(), person(Role.COUNTY_OFFICE, COUNTY), person(Role.SECADMIN, "34")]
    for other in others:
        with pytest.raises(NotAllowed):
            workflow.end_token(token, by=other, reason="x")
    client = client_of(others[1])
    assert client.post(reverse("token_end", args=[token.handle]))["Location"] == reverse("tokens")
    assert [one.handle for one in ApiToken.objects.all()] == [token.handle]


def test_there_is_an_end_to_their_number(finance):
    for _number in range(20):
        token_of(finance)
    with pytest.raises(WrongState):
        token_of(finance)
    assert status(workflow.sign_in_program(finance)) == 200


def test_the_token_door_leaves_an_account_a_bounded_number(finance):
    texts = [workflow.sign_in_program(finance) for _n in range(MOST + 3)]
    assert ApiToken.objects.filter(user=finance, name="").count() == MOST
    assert [status(texts[n]) for n in (0, 2, 3, -1)] == [401, 401, 200, 200]
