"""A telephone number per post: typed freely, stored in one format, visible to the appointing office and the
people appointed."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import appointment_import
from accounts.models import Appointment, AppointmentEvent
from accounts.office_contacts import whom_to_call
from accounts.phones import phone_of, spelt
from accounts.roles import Role
from tests.accounts.test_appointment_import import FILLER, sheet
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, UserFactory, person
from tests.form_steps import pressed

pytestmark = pytest.mark.django_db
MOBILE, LANDLINE = "13800005721", "0575-85001208"


@pytest.fixture
def office(client):
    UnitFactory(code=COUNTY, name="新昌县")
    UnitFactory(code=VILLAGE, name="沙溪村")
    user = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, name="吴雅琴")
    client.force_login(user)
    return user


@pytest.fixture
def filler(office):
    return AppointmentFactory(user=UserFactory(name="俞小明"), unit_id=VILLAGE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" 138 0000-5721 ", MOBILE),
        ("１３８００００５７２１", MOBILE),
        ("+86 13800005721", MOBILE),
        ("0575-85001208", LANDLINE),
        ("(0575)8500 1208", LANDLINE),
        ("057585001208", LANDLINE),
        ("０５７５－８５００１２０８转801", f"{LANDLINE}-801"),
        ("010-62001208", "010-62001208"),
    ],
)
def test_a_number_as_people_write_it_is_kept_in_one_way(typed, kept):
    assert phone_of(typed) == kept


@pytest.mark.parametrize("typed", ["1380000572", "85001208", "1.38E+10", "没有", "138000057211", "0575-850012"])
def test_what_cannot_be_called_is_refused(typed):
    with pytest.raises(ValidationError):
        phone_of(typed)


def test_a_number_is_read_out_in_groups():
    assert [spelt(MOBILE), spelt(f"{LANDLINE}-801")] == ["138 0000 5721", "0575-8500 1208-801"]


def test_it_is_given_with_the_office_and_changed_later(client, office):
    given = {"name": "俞小明", "role": Role.FILLER, "unit": VILLAGE, "starts": "2026-11-01", "phone": "138-0000-5721"}
    pressed(client, reverse("appointment_new"), given)
    post = Appointment.objects.get(role=Role.FILLER)
    assert post.phone == MOBILE
    assert "138 0000 5721" in client.get(reverse("appointment", args=[post.pk])).text
    client.post(reverse("appointment_phone", args=[post.pk]), {"phone": "057585001208"})
    client.post(reverse("appointment_phone", args=[post.pk]), {"phone": "123"})
    assert Appointment.objects.get(pk=post.pk).phone == LANDLINE
    last = AppointmentEvent.objects.filter(pgh_obj=post).latest("pgh_id")
    assert (last.pgh_context["verb"], last.pgh_context["user"]) == ("accounts.set_phone", office.pk)
    assert last.phone_changed_at is not None
    assert not hasattr(last, "phone")


def test_a_successor_has_another_number(client, office, filler):
    Appointment.objects.filter(pk=filler.pk).update(phone=MOBILE)
    given = {"name": "吕大力", "on": "2099-01-01", "posts": [filler.pk], "phone": LANDLINE}
    pressed(client, reverse("appointment_hand_over", args=[filler.pk]), given)
    assert Appointment.objects.get(user__name="吕大力").phone == LANDLINE


def test_a_sheet_gives_numbers_to_new_people_and_to_those_in_office(office, filler):
    raw = sheet((VILLAGE, FILLER, "俞小明"), (f"{TOWNSHIP}205", FILLER, "吕大力"))
    UnitFactory(code=f"{TOWNSHIP}205")
    lines = raw.decode().split("\r\n")
    raw = "\r\n".join([lines[0], f"{lines[1]},{MOBILE}", f"{lines[2]},0575 85001208"]).encode()
    read_lines = appointment_import.read(appointment_import.read_appointments(raw), by=office)
    assert [(line.phone, line.called, line.does_something) for line in read_lines] == [
        (MOBILE, (filler.pk,), True),
        (LANDLINE, (), True),
    ]
    appointment_import.carry_out(read_lines, by=office)
    numbers = Appointment.objects.filter(role=Role.FILLER).order_by("unit_id").values_list("phone", flat=True)
    assert list(numbers) == [MOBILE, LANDLINE]
    again = appointment_import.read(appointment_import.read_appointments(raw), by=office)
    assert [line.does_something for line in again] == [False, False]


def test_programs_give_and_change_it(client, office, filler):
    UserFactory(username="lv", name="吕大力")
    given = {"username": "LV", "name": "吕大力", "role": "filler", "unit": VILLAGE, "starts": "2026-11-01"}
    url = "/api/v1/appointments/"
    answer = client.post(url, given | {"phone": "0575 85001208"}, content_type="application/json")
    assert (answer.status_code, answer.json()["phone"]) == (201, LANDLINE)
    answer = client.post(f"{url}{filler.pk}/phone/", {"phone": MOBILE}, content_type="application/json")
    assert (answer.status_code, answer.json()["phone"]) == (200, MOBILE)
    answer = client.post(f"{url}{filler.pk}/phone/", {"phone": "12"}, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["phone"])


def test_ones_own_number_is_that_of_all_ones_offices(client, office, filler):
    AppointmentFactory(user=filler.user, unit_id=VILLAGE, role=Role.SIGNER)
    client.force_login(filler.user)
    assert client.post(reverse("own_phone"), {"phone": "138 0000 5721"})["Location"] == "/"
    assert list(filler.user.appointments.values_list("phone", flat=True)) == [MOBILE, MOBILE]
    client.post(reverse("own_phone"), {"phone": "12"})
    assert set(filler.user.appointments.values_list("phone", flat=True)) == {MOBILE}


def test_another_office_s_people_are_not_there(client, office):
    other = AppointmentFactory(unit=UnitFactory(code="330681001218"))
    assert client.post(reverse("appointment_phone", args=[other.pk]), {"phone": MOBILE}).status_code == 404
    assert Appointment.objects.get(pk=other.pk).phone == ""


def test_whom_to_call_is_the_office_that_appoints(client, office, filler):
    office.appointments.update(phone=LANDLINE)
    head = person(Role.COUNTY_OFFICE, COUNTY, name="王主任")
    head.appointments.update(phone=MOBILE)
    assert [(one.name, one.spelt) for one in whom_to_call(filler.user)] == [("吴雅琴", "0575-8500 1208")]
    assert [(one.name, one.phone) for one in whom_to_call(office)] == [("王主任", MOBILE)]
    assert whom_to_call(UserFactory()) == []
    client.force_login(filler.user)
    assert f'href="tel:{LANDLINE}"' in client.get("/").text
    client.logout()
    assert MOBILE not in client.get(reverse("account_login")).text  # personal
    head.appointments.update(phone="0575-86000001")
    sign_in = client.get(reverse("account_login")).text
    assert ('href="tel:0575-86000001"' in sign_in, "王主任" in sign_in, LANDLINE in sign_in) == (True, False, False)
