"""The pages of the three administrators and what waits for them at home."""

from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import audit_trail, workflow
from accounts.models import AppointmentEvent, CalendarDay, User
from accounts.roles import Role
from accounts.todo_list import todos_of
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, person
from villages.models import Unit

pytestmark = pytest.mark.django_db

CITY, PROVINCE = "3306", "33"
PAGES = {"settings": Role.SYSADMIN, "locks": Role.SECADMIN, "trail": Role.AUDITOR}


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR, Role.COUNTY_OFFICE])
def test_each_page_is_for_its_administrator_alone(client, address, role):
    client.force_login(person(role, COUNTY if role == Role.COUNTY_OFFICE else CITY))
    assert client.get(reverse(address)).status_code == (200 if PAGES[address] == role else 404)


def test_the_system_administrator_is_led_to_a_county_without_an_office():
    UnitFactory(code=COUNTY, name="新昌县")
    todo = todos_of(person(Role.SYSADMIN, CITY))[0]
    assert todo.url == f"{reverse('appointment_new')}?role=county_office&unit={COUNTY}"
    AppointmentFactory(role=Role.COUNTY_OFFICE, unit=Unit.objects.get(code=COUNTY))
    assert todos_of(User.objects.get(appointments__role=Role.SYSADMIN)) == []


def test_a_township_office_is_led_to_a_village_without_a_signer():
    UnitFactory(code=VILLAGE)
    assert todos_of(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))[0].url.endswith(f"?role=signer&unit={VILLAGE}")


def test_days_are_entered_and_removed(client):
    client.force_login(person(Role.SYSADMIN, CITY))
    client.post(reverse("settings"), {"day": "2026-12-26", "working": "yes"})
    assert list(CalendarDay.objects.values_list("day", "working")) == [(date(2026, 12, 26), True)]
    client.post(reverse("calendar_day_remove", args=[date(2026, 12, 26)]))
    assert not CalendarDay.objects.exists()


# ── locks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def guess(client, username, times):
    for _time in range(times):
        answer = client.post(reverse("account_login"), {"login": username, "password": "wrong"})
    return answer


def test_five_wrong_passwords_shut_out_and_the_security_administrator_lifts_it(client):
    cadre = person(Role.FILLER, VILLAGE, username="filler", password="Right-2026-pass")
    guard = person(Role.SECADMIN, CITY)
    assert guess(client, "filler", 5).status_code == 429
    right = {"login": "filler", "password": "Right-2026-pass"}
    assert client.post(reverse("account_login"), right).status_code == 429

    assert [todo.url for todo in todos_of(guard)] == [reverse("locks")]
    client.force_login(guard)
    assert [one.username for one in client.get(reverse("locks")).context["shut_out"]] == ["filler"]
    client.post(reverse("lock_lift", args=["filler"]))
    assert not AccessAttempt.objects.exists()
    client.logout()
    assert client.post(reverse("account_login"), right).headers["Location"] == "/"
    assert cadre.is_active


def test_an_account_is_locked_by_hand_with_a_reason(client):
    cadre, guard = person(Role.FILLER, VILLAGE, username="filler"), person(Role.SECADMIN, CITY)
    with pytest.raises(Incomplete):
        workflow.lock(cadre, by=guard, reason=" ")
    client.force_login(guard)
    client.post(reverse("locks"), {"username": "filler", "reason": "手机丢失"})
    assert not User.objects.get(pk=cadre.pk).is_active
    with pytest.raises(WrongState):
        workflow.lock(cadre, by=guard, reason="手机丢失")
    client.force_login(cadre)
    assert client.get("/").status_code == 302
    workflow.unlock(cadre, by=guard)
    assert User.objects.get(pk=cadre.pk).is_active


def test_nobody_locks_outside_their_reach_or_themselves():
    guard, cadre = person(Role.SECADMIN, CITY), person(Role.FILLER, "340101001201")
    for somebody in (guard, cadre):
        with pytest.raises(NotAllowed):
            workflow.lock(somebody, by=guard, reason="x")
    with pytest.raises(NotAllowed):
        workflow.lock(cadre, by=person(Role.COUNTY_OFFICE, COUNTY), reason="x")


# ── audit trail ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_is_read_with_who_before_and_after():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, name="吕办")
    made = AppointmentFactory(unit=UnitFactory(code=VILLAGE, name="沙溪村"))
    day = date(2099, 1, 1)
    workflow.end(made, by=office, on=day)
    newest = audit_trail.changes([PROVINCE], kind="accounts_appointmentevent")[0]
    assert (newest.who, newest.verb, newest.unit, newest.is_new) == ("吕办", "结束任职", f"沙溪村 {VILLAGE}", False)
    assert [(field.before, field.after) for field in newest.fields] == [(None, "2099年1月1日")]


def test_the_trail_is_narrowed_by_person_unit_and_day():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office")
    made = AppointmentFactory(unit=UnitFactory(code=VILLAGE))
    AppointmentFactory(unit=UnitFactory(code="330681001218"))
    workflow.end(made, by=office, on=date(2099, 1, 1))
    appointments = {"kind": "accounts_appointmentevent"}
    assert len(audit_trail.changes([PROVINCE], people=[office.pk], **appointments)) == 1
    assert len(audit_trail.changes([PROVINCE], places=[VILLAGE], **appointments)) == 2
    assert len(audit_trail.changes([PROVINCE], step="accounts.end", since=timezone.localdate())) == 1
    assert audit_trail.changes([PROVINCE], since=timezone.localdate() + timedelta(days=1)) == []
    assert audit_trail.changes([PROVINCE], until=date(2020, 1, 1)) == []


def test_the_trail_says_values_in_words():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office")
    made = AppointmentFactory(unit=UnitFactory(code=VILLAGE, name="沙溪村委会"), starts=date(2026, 1, 5))
    workflow.end(made, by=office, on=date(2099, 1, 1))
    ended, given = audit_trail.changes([PROVINCE], places=[VILLAGE], kind="accounts_appointmentevent")
    assert [(one.name, one.before, one.after) for one in ended.fields] == [("止", None, "2099年1月1日")]
    values = [one.after for one in given.fields]
    assert (made.user.name in values, f"沙溪村委会 {VILLAGE}" in values, "2026年1月5日" in values) == (True, True, True)


def test_the_trail_ends_where_the_auditor_does():
    AppointmentFactory(unit=UnitFactory(code=VILLAGE))
    AppointmentFactory(unit=UnitFactory(code="340101001201"))
    seen = audit_trail.changes([CITY])
    assert {change.unit.split()[-1] for change in seen} == {VILLAGE}


def test_pages_of_the_trail_join_without_gap_or_repeat():
    for number in range(7):
        AppointmentFactory(unit=UnitFactory(code=f"{TOWNSHIP}{201 + number}"))
    every = audit_trail.changes([PROVINCE], count=1000)
    first = audit_trail.changes([PROVINCE], count=10)
    second = audit_trail.changes([PROVINCE], count=1000, after=first[-1].cursor)
    assert first + second == every
    assert audit_trail.Cursor.read(str(first[-1].cursor)) == first[-1].cursor


def test_what_a_long_transaction_wrote_last_hides_nothing_newer():
    """Rows are dated with the beginning of their transaction."""
    for number in range(6):
        AppointmentFactory(unit=UnitFactory(code=f"{TOWNSHIP}{201 + number}"))
    table, unit = "accounts_appointmentevent", f"{TOWNSHIP}201"
    columns = {field.column for field in AppointmentEvent._meta.fields} - {"pgh_id", "pgh_created_at"}
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} (pgh_created_at, {names}) select pgh_created_at - interval '1 hour', {names}"  # noqa: S608
            f" from {table} where unit_id = %s",
            [unit],
        )
    first = audit_trail.changes([PROVINCE], kind=table, count=3)
    rest = audit_trail.changes([PROVINCE], kind=table, count=9, after=first[-1].cursor)
    assert len(first + rest) == 7
    assert [one.unit.split()[-1] for one in first + rest][-1] == unit


@pytest.mark.parametrize("query", ["after=nonsense", "unit=x", "kind=pg_user", "until=yesterday"])
def test_a_senseless_question_is_no_error(client, query):
    client.force_login(person(Role.AUDITOR, CITY))
    assert client.get(f"{reverse('trail')}?{query}").status_code == 200
