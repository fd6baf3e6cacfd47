"""The warning before a session ends, in a browser: absent until then."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.roles import Role
from tests.factories import VILLAGE, person

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_warning_is_shown_only_before_the_end(live_server, page, settings):
    settings.SESSION_IDLE_MINUTES = 60
    person(Role.FILLER, VILLAGE, username="filler", password="Right-2026-pass")
    page.clock.install()
    page.goto(live_server.url + reverse("account_login"))
    page.fill("[name=login]", "filler")
    page.fill("[name=password]", "Right-2026-pass")
    page.click("main button.primary")
    page.wait_for_url(live_server.url + reverse("home"))
    warning = page.locator("#session-end")
    assert not warning.is_visible()
    page.clock.fast_forward("56:00")
    expect(warning).to_be_visible()
    warning.locator("button").click()
    expect(warning).to_be_hidden()
