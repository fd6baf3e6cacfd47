"""An address that only takes forms leads a browser to the page above; programs get their 405."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories import COUNTY, TOWNSHIP, person

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def finance(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(person(Role.FINANCE, COUNTY))


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/payees/accounts/1/confirm/", "/payees/"),  # “accounts” is no unit's code
        ("/vouchers/1/explain/", "/vouchers/"),
        ("/bell/read/", "/bell/"),
        ("/reviews/settlements/1/", "/"),  # a reviewer's desk is above it
    ],
)
def test_a_browser_is_led_to_the_nearest_page_that_its_reader_may_open(client, finance, address, page):
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert client.get(address).status_code == 405


def test_an_address_of_the_api_leads_nowhere(client):
    assert client.get("/api/v1/token/", headers=BROWSER).status_code == 405


def test_a_message_that_waits_is_shown_on_the_page_above(client, finance):
    client.post(reverse("saved_filter_remove", args=[999]))
    page = client.get("/vouchers/1/explain/", headers=BROWSER, follow=True)
    assert [str(one) for one in page.context["messages"]] == ["这一项已不存在：刚才已被移除。下面是现有的。"]


def test_what_is_no_code_at_all_is_no_page_above(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    answer = client.get("/payees/%00/propose/", headers=BROWSER)
    assert (answer.status_code, answer["Location"]) == (302, "/")
