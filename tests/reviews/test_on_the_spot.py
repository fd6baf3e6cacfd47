"""A reviewer's sheet in a browser: the total runs along as one types."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reviews.models import Sheet
from tests.factories import AnswerFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "Pingxing-2026"
PHONE = {"width": 390, "height": 800}


@pytest.fixture(autouse=True)
def _today():
    """The browser's own day, as its cookies end by it."""


@pytest.fixture
def sheet(place, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    now = timezone.now()
    place.cycle.windows.update(opens=now - timedelta(days=1), closes=now + timedelta(days=1))
    AnswerFactory(application=place.application, item="1.1.a", value=2)
    place.township_reviewer.set_password(PASSWORD)
    place.township_reviewer.save()
    return Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)


@pytest.fixture
def phone(new_context, live_server, sheet):
    context = new_context(viewport=PHONE, base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("township_reviewer")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").first.click()
    return context


def test_scoring_with_a_phone_in_the_village(phone, sheet):
    page = phone.pages[0]
    page.goto(f"/reviews/sheets/{sheet.pk}/?area=1")
    page.locator("[name='how.1.1'][value=agree]").check()
    expect(page.locator("#running b")).to_have_text("9.00")
    page.locator("[name='v.1.2']").fill("91")
    expect(page.locator("#running b")).to_have_text("17.00")
    assert sheet.entries.count() == 0
