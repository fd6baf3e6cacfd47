"""Nobody who holds or held a post in the rated unit takes the steps of the offices above with it."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.roles import Role
from ratings import notices
from ratings.workflow import application as applications
from records.refusals import NotAllowed
from reviews.workflow import appeals, batches, checks, decisions
from tests.clients import api_of, client_of
from tests.factories import COUNTY, TOWNSHIP, ApplicationFactory, UnitFactory, person
from tests.people_of_units import of_the_unit, told, urls_of
from tests.reviews.conftest import SOUND, lay_before_departments, prepare, score_county, score_township
from tests.reviews.test_pages import LOCMEM


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.CACHES, settings.SECOND_FACTOR_REQUIRED = LOCMEM, False
    cache.clear()


def test_nobody_of_the_unit_accepts_its_application(place):
    other = ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code=f"{TOWNSHIP}208"), state="submitted")
    office = of_the_unit(place.township_office, other.unit_id)
    with pytest.raises(NotAllowed):
        applications.accept(other, by=office)
    client_of(office).post(reverse("application_accept", args=[other.pk]))
    other.refresh_from_db()
    assert other.state == "submitted"
    api = f"/api/v1/applications/{other.pk}/"
    assert api_of(office).post(f"{api}accept/").status_code == 404
    assert {"accept", "return"} & {*api_of(office).get(api).json()["actions"]} == set()
    in_list = f"{reverse('applications')}?state=submitted&level=below"
    colleague = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    assert [in_list in urls_of(one) for one in (office, colleague)] == [False, True]
    applications.accept(other, by=colleague)


def test_where_all_are_of_the_unit_who_appoints_is_told(place):
    of_the_unit(place.township_office)
    notices.tell_where_nobody_accepts([place.application])
    assert told("unit_unattended") == [place.county_office.pk]
    person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    notices.tell_where_nobody_accepts([place.application])
    assert told("unit_unattended") == [place.county_office.pk]


def test_nobody_of_a_unit_on_the_list_answers_its_joint_check(place):
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    score_county(place)
    discipline = of_the_unit(place.discipline)
    check, name = lay_before_departments(place), "纪委监委"
    assert (told("check_opened"), told("check_unattended")) == ([place.department.pk], [place.county_office.pk])
    with pytest.raises(NotAllowed):
        checks.answer(check, name, by=discipline)
    page = reverse("review_check", args=[check.pk])
    assert client_of(discipline).post(page, {"department": name}).status_code == 404
    assert [page in urls_of(one) for one in (discipline, place.department)] == [False, True]
    checks.answer(check, name, by=person(Role.DISCIPLINE, COUNTY))


def test_nobody_of_the_unit_convenes_who_hears_its_appeal(place):
    score_township(place, SOUND)
    decision = decisions.decide(place.application, star=2, by=place.township_leader, reason="还要看一年")
    batches.release(prepare(place), by=place.township_office)
    office, appointing = of_the_unit(place.county_office), person(Role.SYSADMIN, "3306")
    appeal = appeals.make_appeal(decision, reasons="得分够三星。", by=place.signer)
    assert (told("appeal_made"), told("unit_unattended")) == ([], [appointing.pk])
    with pytest.raises(NotAllowed):
        appeals.convene(appeal, [place.county_reviewer], by=office)
    page = reverse("review_appeal", args=[appeal.pk])
    assert client_of(office).get(page).status_code == 404
    colleague = person(Role.COUNTY_OFFICE, COUNTY)
    assert [reverse("review_appeals") in urls_of(one) for one in (office, colleague)] == [False, True]
    appeals.convene(appeal, [place.county_reviewer], by=colleague)
