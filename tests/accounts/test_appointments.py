"""Appointing: who may give which role where, what is refused, what it grants, and that it is recorded."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import workflow
from accounts.models import ApiToken, Appointment, AppointmentEvent, User
from accounts.roles import ROLES, Role
from notifications.models import Notice
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, UserFactory, person
from tests.form_steps import pressed

pytestmark = pytest.mark.django_db

CITY, OTHER_VILLAGE, OTHER_TOWNSHIP = "3306", "330681001218", "330681001"
TODAY = timezone.localdate


def appoint(by, role, code, user=None, **kwargs):
    return workflow.appoint(
        user or UserFactory(),
        role=role,
        unit=UnitFactory(code=code),
        by=by,
        starts=kwargs.pop("starts", TODAY()),
        **kwargs,
    )


@pytest.mark.parametrize(
    ("giver", "at", "role", "code"),
    [
        (Role.TOWNSHIP_OFFICE, TOWNSHIP, Role.FILLER, VILLAGE),
        (Role.TOWNSHIP_OFFICE, TOWNSHIP, Role.SIGNER, VILLAGE),
        (Role.COUNTY_OFFICE, COUNTY, Role.TOWNSHIP_LEADER, TOWNSHIP),
        (Role.COUNTY_OFFICE, COUNTY, Role.FINANCE, COUNTY),
        (Role.CITY_OFFICE, CITY, Role.CITY_DISCIPLINE, CITY),
        (Role.SYSADMIN, CITY, Role.COUNTY_OFFICE, COUNTY),
        (Role.SYSADMIN, CITY, Role.CITY_OFFICE, CITY),
    ],
)
def test_who_may_appoint(giver, at, role, code):
    made = appoint(person(giver, at), role, code)
    assert made.user.has_perm("villages.view_unit", made.unit)
    assert {grant.permission.codename for grant in made.grants.select_related("permission")} == {
        perm.split(".")[1] for perm in ROLES[role].permissions
    }


@pytest.mark.parametrize(
    ("giver", "at", "role", "code"),
    [
        (Role.TOWNSHIP_OFFICE, TOWNSHIP, Role.FILLER, OTHER_VILLAGE),
        (Role.TOWNSHIP_OFFICE, TOWNSHIP, Role.TOWNSHIP_LEADER, TOWNSHIP),
        (Role.COUNTY_OFFICE, COUNTY, Role.TOWNSHIP_OFFICE, OTHER_TOWNSHIP),
        (Role.COUNTY_OFFICE, COUNTY, Role.FILLER, VILLAGE),
        (Role.SYSADMIN, CITY, Role.AUDITOR, CITY),
        (Role.FILLER, VILLAGE, Role.SIGNER, VILLAGE),
        (Role.TOWNSHIP_LEADER, TOWNSHIP, Role.FILLER, VILLAGE),
    ],
)
def test_who_may_not_appoint(giver, at, role, code):
    with pytest.raises(NotAllowed):
        appoint(person(giver, at), role, code)


def test_one_person_may_hold_both_posts_of_a_village():
    office, cadre = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), UserFactory()
    appoint(office, Role.FILLER, VILLAGE, cadre)
    appoint(office, Role.SIGNER, VILLAGE, cadre)
    assert set(cadre.appointments.values_list("role", flat=True)) == {Role.FILLER, Role.SIGNER}


def test_a_lower_office_binds_nobody_whose_office_others_gave():
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    with pytest.raises(Incomplete):
        appoint(person(Role.TOWNSHIP_OFFICE, TOWNSHIP), Role.FILLER, VILLAGE, leader)


def test_the_same_office_twice_at_a_time_is_refused():
    office, cadre = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), UserFactory()
    appoint(office, Role.FILLER, VILLAGE, cadre, ends=TODAY() + timedelta(days=9))
    with pytest.raises(WrongState):
        appoint(office, Role.FILLER, VILLAGE, cadre, starts=TODAY() + timedelta(days=9))
    appoint(office, Role.FILLER, VILLAGE, cadre, starts=TODAY() + timedelta(days=10))


def test_an_office_exists_at_its_level_only():
    with pytest.raises(Incomplete) as refused:
        appoint(person(Role.TOWNSHIP_OFFICE, TOWNSHIP), Role.FILLER, TOWNSHIP)
    assert list(refused.value.problems) == ["unit"]


def test_the_last_day_follows_the_first():
    with pytest.raises(Incomplete) as refused:
        appoint(
            person(Role.TOWNSHIP_OFFICE, TOWNSHIP), Role.FILLER, VILLAGE, starts=date(2026, 5, 2), ends=date(2026, 5, 1)
        )
    assert list(refused.value.problems) == ["ends"]


def test_the_three_administrators_are_three_persons():
    one, place = UserFactory(username="one"), UnitFactory(code=CITY)
    workflow.open_administrator(Role.SYSADMIN, "one", one.name, place)
    with pytest.raises(WrongState):
        workflow.open_administrator(Role.AUDITOR, "one", one.name, place)


def test_the_database_itself_keeps_the_three_apart():
    one = AppointmentFactory(role=Role.SYSADMIN, unit=UnitFactory(code=CITY)).user
    with pytest.raises(IntegrityError, match="three_administrators_are_three"), transaction.atomic():
        Appointment.objects.create(user=one, role=Role.SECADMIN, unit_id=CITY, starts=TODAY())


def test_the_person_is_told_and_history_says_who_did_it():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    made = appoint(office, Role.FILLER, VILLAGE)
    assert list(Notice.objects.values_list("user_id", "kind")) == [(made.user_id, "appointed")]
    kept = AppointmentEvent.objects.get(pgh_obj=made)
    assert (kept.pgh_context["user"], kept.pgh_context["verb"]) == (office.pk, "accounts.appoint")


def test_a_right_ends_with_the_appointment():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    made = appoint(office, Role.FILLER, VILLAGE, starts=TODAY() - timedelta(days=3))
    workflow.end(made, by=office, on=TODAY())
    assert User.objects.get(pk=made.user_id).has_perm("ratings.fill", made.unit)
    Appointment.objects.filter(pk=made.pk).update(ends=TODAY() - timedelta(days=1))
    assert not User.objects.get(pk=made.user_id).has_perm("ratings.fill", made.unit)


def test_others_cannot_end_it_and_the_past_stays():
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    made = appoint(office, Role.FILLER, VILLAGE, starts=TODAY() - timedelta(days=3))
    with pytest.raises(NotAllowed):
        workflow.end(made, by=person(Role.TOWNSHIP_OFFICE, OTHER_TOWNSHIP), on=TODAY())
    with pytest.raises(Incomplete):
        workflow.end(made, by=office, on=TODAY() - timedelta(days=1))


def test_a_password_is_reset_only_by_who_appoints_every_office_of_the_person():
    office, cadre = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), UserFactory()
    appoint(office, Role.FILLER, VILLAGE, cadre)
    password = workflow.reset_password(cadre, by=office)
    assert User.objects.get(pk=cadre.pk).check_password(password)
    AppointmentFactory(user=cadre, role=Role.DISCIPLINE, unit=UnitFactory(code=COUNTY))
    with pytest.raises(NotAllowed):
        workflow.reset_password(cadre, by=office)


def test_a_reset_reaches_no_account_that_will_hold_more_and_shuts_the_doors_of_programs():
    office, cadre = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), UserFactory()
    appoint(office, Role.FILLER, VILLAGE, cadre)
    workflow.sign_in_program(cadre)
    tomorrow = timezone.localdate() + timedelta(days=1)
    to_come = AppointmentFactory(user=cadre, role=Role.DISCIPLINE, unit=UnitFactory(code=COUNTY), starts=tomorrow)
    with pytest.raises(NotAllowed):
        workflow.reset_password(cadre, by=office)
    assert ApiToken.objects.filter(user=cadre).exists()
    to_come.delete()
    workflow.reset_password(cadre, by=office)
    assert not ApiToken.objects.filter(user=cadre).exists()


# ── pages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def office(client):
    user = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    UnitFactory(code=VILLAGE, name="沙溪村")
    client.force_login(user)
    return user


def new_cadre(**changes):
    return {
        "name": "俞小明",
        "role": Role.FILLER,
        "unit": VILLAGE,
        "starts": TODAY().isoformat(),
        **changes,
    }


def test_a_new_account_shows_its_password_once_and_must_change_it(client, office):
    answer = pressed(client, reverse("appointment_new"), new_cadre())
    [slip] = answer.context["slips"]
    password = slip.password
    assert (slip.name, len(password), answer["Cache-Control"]) == (
        "俞小明",
        workflow.PASSWORD_LENGTH,
        "private, no-store",
    )
    made = Appointment.objects.get(user__username=slip.username)
    assert password not in client.get(reverse("appointment", args=[made.pk])).text

    client.logout()
    client.post(reverse("account_login"), {"login": slip.username, "password": password})
    assert client.get("/").headers["Location"] == reverse("first_sign_in", query={"next": "/"})
    assert client.get("/api/v1/me/").status_code == 403
    own = "Zhongzi-2026-kaihua"
    client.post(reverse("account_change_password"), {"oldpassword": password, "password1": own, "password2": own})
    assert client.get("/").status_code == 200


def test_an_existing_person_keeps_the_password(client, office):
    UserFactory(username="yu.xiaoming", name="俞小明")
    answer = pressed(client, reverse("appointment_new"), new_cadre(username="yu.xiaoming"))
    assert answer.headers["Location"] == reverse("appointment", args=[Appointment.objects.latest("pk").pk])
    assert User.objects.get(username="yu.xiaoming").appointments.count() == 1


def test_an_account_of_somebody_else_is_noticed_and_what_was_typed_kept(client, office):
    UserFactory(username="yu.xiaoming", name="俞大明")
    answer = pressed(client, reverse("appointment_new"), new_cadre(username="yu.xiaoming"))
    assert list(answer.context["form"].errors) == ["username"]
    assert 'value="俞小明"' in answer.text
    assert not Appointment.objects.filter(role=Role.FILLER).exists()


@pytest.mark.parametrize("change", [{"unit": OTHER_VILLAGE}, {"role": Role.TOWNSHIP_LEADER}, {"role": Role.SYSADMIN}])
def test_what_the_office_may_not_give_is_not_to_be_had(client, office, change):
    UnitFactory(code=OTHER_VILLAGE)
    answer = pressed(client, reverse("appointment_new"), new_cadre(**change))
    assert list(answer.context["form"].errors) == list(change)
    assert not User.objects.filter(name="俞小明").exists()


def test_the_list_holds_only_what_the_office_gives(client, office):
    mine = AppointmentFactory()
    AppointmentFactory(unit=UnitFactory(code=OTHER_VILLAGE))
    AppointmentFactory(role=Role.TOWNSHIP_LEADER, unit=UnitFactory(code=TOWNSHIP))
    assert list(client.get(reverse("appointments")).context["page"]) == [mine]


def test_appointments_of_other_places_are_not_there(client, office):
    other = AppointmentFactory(unit=UnitFactory(code=OTHER_VILLAGE))
    assert client.get(reverse("appointment", args=[other.pk])).status_code == 404
    assert client.post(reverse("appointment_end", args=[other.pk]), {"on": TODAY().isoformat()}).status_code == 404
    assert client.post(reverse("password_reset", args=[other.pk])).status_code == 404


@pytest.mark.parametrize(
    ("role", "code"), [(Role.FILLER, VILLAGE), (Role.TOWNSHIP_REVIEWER, TOWNSHIP), (Role.AUDITOR, CITY)]
)
def test_who_appoints_nobody_finds_no_such_page(client, role, code):
    client.force_login(person(role, code))
    assert client.get(reverse("appointments")).status_code == 404
    assert client.get(reverse("appointment_new")).status_code == 404


def test_nobody_appoints_themselves():
    office = person(Role.COUNTY_OFFICE, COUNTY)
    with pytest.raises(WrongState):
        appoint(office, Role.FINANCE, COUNTY, user=office)
    assert list(office.appointments.values_list("role", flat=True)) == [Role.COUNTY_OFFICE]
