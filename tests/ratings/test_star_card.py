"""The card with the star that a village holds: on its people's home page and on its own page."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from ratings.home.village_home import own_star, unit_star
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, StarPeriodFactory, UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def period():
    return StarPeriodFactory(unit=UnitFactory(code=VILLAGE), star=4)


def test_a_village_sees_its_own_star_at_home(client, period):
    filler = person(Role.FILLER, VILLAGE)
    assert own_star(filler)["period"] == period
    client.force_login(filler)
    assert 'class="stars big" data-n="4"' in client.get("/").text


def test_an_office_has_no_star_of_its_own(period):
    assert own_star(person(Role.TOWNSHIP_OFFICE, TOWNSHIP)) is None


def test_the_page_of_a_village_shows_it_to_who_may_see_the_register(client, period):
    assert unit_star(person(Role.COUNTY_OFFICE, COUNTY), period.unit)["period"] == period
    assert unit_star(person(Role.AUDITOR, "3306"), period.unit) is None
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    assert 'class="stars big" data-n="4"' in client.get(reverse("unit", args=[VILLAGE])).text
