"""Stations below a township and zones below a city: who creates them, their codes, who reaches them then."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.roles import Role
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, UnitFactory, person
from villages.models import Level, Unit
from villages.workflow import OrderPaper, make_station, make_zone, rename

pytestmark = pytest.mark.django_db

CITY, STATION, ZONE = "3306", f"{TOWNSHIP}S01", "3306Z1"


@built_once
def places(db):
    for code in (CITY, COUNTY, TOWNSHIP, "330624109", "330681001"):
        UnitFactory(code=code)


@pytest.fixture(autouse=True)
def _today(places):
    with freeze_time("2026-11-24 10:00+08:00"):
        yield


def test_a_station_gets_the_next_free_code():
    office = person(Role.COUNTY_OFFICE, COUNTY)
    station = make_station(TOWNSHIP, "", "沙溪派出所", by=office)
    assert (station.code, station.level, station.rated, station.pinyin) == (
        STATION,
        Level.STATION,
        True,
        "sha xi pai chu suo",
    )
    assert make_station(TOWNSHIP, "", "沙溪司法所", by=office).code == f"{TOWNSHIP}S02"
    assert list(Unit.objects.rated(Level.STATION).values_list("code", flat=True)) == [STATION, f"{TOWNSHIP}S02"]
    context = Unit.pgh_event_model.objects.get(pgh_obj_id=STATION).pgh_context
    assert (context["user"], context["verb"]) == (office.pk, "villages.make")


@pytest.mark.parametrize("code", ["", STATION, STATION.lower()])
def test_sent_twice_it_is_the_same_station(code):
    office = person(Role.COUNTY_OFFICE, COUNTY)
    made = [make_station(TOWNSHIP, code, " 沙溪派出所 ", by=office) for _ in range(2)]
    assert made[0] == made[1]
    assert Unit.objects.filter(level=Level.STATION).count() == 1


def test_a_taken_code_and_what_cannot_be():
    office = person(Role.COUNTY_OFFICE, COUNTY)
    make_station(TOWNSHIP, STATION, "派出所", by=office)
    with pytest.raises(WrongState):
        make_station(TOWNSHIP, STATION, "司法所", by=office)
    for code, name, problem in (
        (f"{TOWNSHIP}201", "所", "code"),
        ("330624109S01", "所", "code"),
        ("", " ", "name"),
        ("", "所" * 101, "name"),
    ):
        with pytest.raises(Incomplete) as refused:
            make_station(TOWNSHIP, code, name, by=office)
        assert list(refused.value.problems) == [problem]
    for n in range(2, 100):
        UnitFactory(code=f"{TOWNSHIP}S{n:02}")
    with pytest.raises(WrongState):
        make_station(TOWNSHIP, "", "所", by=office)


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.TOWNSHIP_OFFICE, TOWNSHIP),
        (Role.COUNTY_REVIEWER, COUNTY),
        (Role.COUNTY_OFFICE, "330681"),
        (Role.CITY_OFFICE, CITY),
        (Role.SYSADMIN, CITY),
    ],
)
def test_who_makes_no_station(role, code):
    with pytest.raises(NotAllowed):
        make_station(TOWNSHIP, "", "所", by=person(role, code))


@pytest.mark.parametrize("above", [COUNTY, f"{TOWNSHIP}204", "330624199"])
def test_a_station_stands_below_a_township(above):
    UnitFactory(code=f"{TOWNSHIP}204")
    with pytest.raises(NotAllowed):
        make_station(above, "", "所", by=person(Role.COUNTY_OFFICE, COUNTY))


def test_the_township_reaches_its_station_and_no_other(client):
    make_station(TOWNSHIP, "", "派出所", by=person(Role.COUNTY_OFFICE, COUNTY))
    own, next_door = (person(Role.TOWNSHIP_OFFICE, code) for code in (TOWNSHIP, "330624109"))
    station = Unit.objects.get(code=STATION)
    for user, sees, code in ((own, True, 200), (next_door, False, 404)):
        assert user.has_perm("villages.view_unit", station) is sees
        assert Unit.objects.visible_to(user).filter(code=STATION).exists() is sees
        client.force_login(user)
        assert client.get(reverse("unit", args=[STATION])).status_code == code
    client.force_login(own)
    assert [u.code for u in client.get(reverse("unit", args=[TOWNSHIP])).context["page"]] == [STATION]


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.CITY_OFFICE])
def test_a_zone_stands_at_county_level(role):
    by = person(role, CITY)
    zone = make_zone(CITY, "", "高新区", by=by)
    assert (zone.code, zone.level, zone.parent_code) == (ZONE, Level.ZONE, CITY)
    assert make_zone(CITY, "", "高新区", by=by) == zone
    assert ZONE in set(Unit.objects.get(code=CITY).children().values_list("code", flat=True))


@pytest.mark.parametrize(
    ("role", "code"), [(Role.COUNTY_OFFICE, COUNTY), (Role.CITY_LEADER, CITY), (Role.SYSADMIN, "3307")]
)
def test_who_makes_no_zone(role, code):
    with pytest.raises(NotAllowed):
        make_zone(CITY, "", "高新区", by=person(role, code))


def test_a_zones_office_reaches_what_lies_in_it(client):
    make_zone(CITY, "", "高新区", by=person(Role.CITY_OFFICE, CITY))
    inside, village = UnitFactory(code=f"{ZONE}001"), UnitFactory(code=f"{ZONE}001201", name="马鞍村")
    office, county = (person(Role.COUNTY_OFFICE, code) for code in (ZONE, COUNTY))
    assert list(Unit.objects.visible_to(office).values_list("code", flat=True)) == [ZONE, inside.code, village.code]
    assert not Unit.objects.visible_to(county).filter(code__startswith=ZONE).exists()
    station = make_station(inside.code, "", "派出所", by=office)
    assert station.code == f"{ZONE}001S01"
    rename(village.code, "新村", OrderPaper("1号", date(2026, 11, 20), "地名规范"), by=office)
    with pytest.raises(NotAllowed):
        make_station(TOWNSHIP, "", "派出所", by=office)
    client.force_login(county)
    assert client.get(reverse("unit", args=[ZONE])).status_code == 404
    client.force_login(office)
    assert client.get(reverse("unit", args=[village.code])).status_code == 200


def test_the_page_offers_the_next_code_and_makes_one(client):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    address = reverse("unit_make", args=["station"])
    assert client.get(f"{address}?above={TOWNSHIP}").context["form"].initial == {"above": TOWNSHIP, "code": STATION}
    sent = {"above": TOWNSHIP, "code": STATION, "name": "派出所"}
    for _ in range(2):
        assert client.post(address, sent).headers["Location"] == reverse("unit", args=[STATION])
    assert Unit.objects.filter(level=Level.STATION).count() == 1
    taken = client.post(address, sent | {"name": "司法所"})
    assert list(taken.context["form"].errors) == ["code"]
    elsewhere = client.post(address, sent | {"above": "330681001"})
    assert list(elsewhere.context["form"].errors) == ["above"]
    assert client.get(reverse("unit_make", args=["zone"])).status_code == 404
    assert client.get(reverse("unit_make", args=["village"])).status_code == 404
