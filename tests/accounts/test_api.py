"""People, places and the bell over the API: the same rules as on the pages."""

import pytest
from django.utils import timezone

from accounts.roles import Role
from notifications import kinds
from notifications.kinds import Group, Kind
from notifications.models import Notice
from notifications.workflow import announce
from tests.clients import api_of
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

OTHER_VILLAGE = "330681001218"


@pytest.mark.parametrize("address", ["units", "appointments", "bell", "me"])
def test_a_stranger_is_asked_to_sign_in(address):
    assert api_of().get(f"/api/v1/{address}/").status_code == 401


def test_units_are_those_within_reach():
    for code in (VILLAGE, OTHER_VILLAGE):
        UnitFactory(code=code)
    client = api_of(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    assert [unit["code"] for unit in client.get("/api/v1/units/").json()["results"]] == [TOWNSHIP, VILLAGE]
    assert client.get(f"/api/v1/units/{VILLAGE}/").status_code == 200
    assert client.get(f"/api/v1/units/{OTHER_VILLAGE}/").status_code == 404
    assert client.get(f"/api/v1/units/?within={OTHER_VILLAGE}").json()["count"] == 0


def test_appointing_and_ending():
    office, cadre = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), UserFactory(username="yu")
    UnitFactory(code=VILLAGE)
    today = timezone.localdate().isoformat()
    given = {"username": "yu", "name": cadre.name, "role": "filler", "unit": VILLAGE, "starts": today}
    made = api_of(office).post("/api/v1/appointments/", given)
    assert (made.status_code, made.json()["name"]) == (201, cadre.name)
    assert api_of(office).post("/api/v1/appointments/", given).status_code == 409
    ended = api_of(office).post(f"/api/v1/appointments/{made.json()['id']}/end/", {"on": today})
    assert ended.json()["ends"] == today


@pytest.mark.parametrize(
    ("change", "status"),
    [({"unit": OTHER_VILLAGE}, 400), ({"unit": "999999"}, 400), ({"role": "auditor"}, 404), ({"username": "no"}, 400)],
)
def test_what_may_not_be_given(change, status):
    UserFactory(username="yu", name="俞小明")
    for code in (VILLAGE, OTHER_VILLAGE):
        UnitFactory(code=code)
    given = {"username": "yu", "name": "俞小明", "role": "filler", "unit": VILLAGE, "starts": "2026-01-01", **change}
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    assert api_of(office).post("/api/v1/appointments/", given).status_code == status


def test_appointments_of_other_places_are_not_there():
    other = AppointmentFactory(unit=UnitFactory(code=OTHER_VILLAGE))
    client = api_of(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    assert client.get("/api/v1/appointments/").json()["results"] == []
    assert client.get(f"/api/v1/appointments/{other.pk}/").status_code == 404
    assert client.post(f"/api/v1/appointments/{other.pk}/end/", {"on": "2026-12-31"}).status_code == 404


def test_me_says_what_i_hold_and_what_waits():
    UnitFactory(code=VILLAGE)
    me = api_of(person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office")).get("/api/v1/me/").json()
    assert me["username"] == "office"
    assert [(post["role"], post["unit"]) for post in me["appointments"]] == [("township_office", TOWNSHIP)]
    assert me["todo"][0]["url"] == f"/appointments/new/?role=signer&unit={VILLAGE}"


def test_one_reads_ones_own_notices_only():
    mine, other = person(Role.FILLER, VILLAGE), person(Role.COUNTY_OFFICE, COUNTY)
    kinds.register(test_hello=Kind("Hello %(who)s", Group.ACCOUNT, outside=None))
    announce([mine.pk, other.pk], "test_hello", who="everybody")
    client = api_of(mine)
    [notice] = client.get("/api/v1/bell/?unread=true").json()["results"]
    assert notice["text"] == "Hello everybody"
    theirs = Notice.objects.get(user=other)
    assert client.post(f"/api/v1/bell/{theirs.pk}/read/").status_code == 404
    assert client.post(f"/api/v1/bell/{notice['id']}/read/").status_code == 204
    assert client.get("/api/v1/bell/?unread=true").json()["count"] == 0
    assert api_of(other).post("/api/v1/bell/read/").status_code == 204
    assert not Notice.objects.filter(read_at=None).exists()


def test_a_one_time_password_opens_no_program_door():
    person(Role.FILLER, VILLAGE, username="new", password="Once-2026-pass", must_change_password=True)
    answer = api_of().post("/api/v1/token/", {"username": "new", "password": "Once-2026-pass"})
    assert (answer.status_code, list(answer.json())) == (400, ["password"])


def test_who_appoints_nowhere_does_not_learn_which_accounts_there_are():
    UserFactory(username="known")
    client = api_of(person(Role.FILLER, VILLAGE))
    assert [client.post("/api/v1/appointments/", {"username": name}).status_code for name in ("known", "x")] == [
        404,
        404,
    ]
