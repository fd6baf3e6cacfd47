"""The whole chain in a browser: from an empty application to a reward line and a row in the year's workbook.

Filler and signer work at 390 px, everybody else at 1366 px; nothing bypasses the pages except the scheduled tasks.
"""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.roles import Role
from ratings.models import Application, StarPeriod
from reviews.models import Sheet
from reviews.workflow.confirmation import confirm_due
from tests import in_browser
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    CycleFactory,
    ProfileFactory,
    SchemeFactory,
    UnitFactory,
    UserFactory,
    scheme_body,
)
from tests.in_browser import press

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESK = 390, 1366
TODAY, AFTER_THE_NOTICE = "2026-11-24T02:00:00Z", "2026-12-03T02:00:00Z"
PEOPLE = {
    "filler": (Role.FILLER, VILLAGE, PHONE),
    "signer": (Role.SIGNER, VILLAGE, PHONE),
    "township_office": (Role.TOWNSHIP_OFFICE, TOWNSHIP, DESK),
    "township_reviewer": (Role.TOWNSHIP_REVIEWER, TOWNSHIP, DESK),
    "township_reviewer_b": (Role.TOWNSHIP_REVIEWER, TOWNSHIP, DESK),
    "township_leader": (Role.TOWNSHIP_LEADER, TOWNSHIP, DESK),
    "county_reviewer": (Role.COUNTY_REVIEWER, COUNTY, DESK),
    "county_reviewer_b": (Role.COUNTY_REVIEWER, COUNTY, DESK),
    "county_office": (Role.COUNTY_OFFICE, COUNTY, DESK),
    "finance": (Role.FINANCE, COUNTY, DESK),
    "discipline": (Role.DISCIPLINE, COUNTY, DESK),
    "police": (Role.DEPARTMENT, COUNTY, DESK),
}
DEPARTMENTS = {"police": "公安局"}


@pytest.fixture
def village(settings, tmp_path):
    """Everybody, a cycle that is open, and a village with residents but without an application."""
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path
    for code, name in ((COUNTY, "新昌县"), (TOWNSHIP, "沙溪镇"), (VILLAGE, "沙溪村委会")):
        UnitFactory(code=code, name=name)
    body = scheme_body()
    meetings, typed = body["areas"][0]["criteria"][0], body["areas"][1]["criteria"][1]
    meetings["evidence"] = [{"name": "会议记录"}]
    typed["supplier"] = "township"
    CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY), body=body))
    ProfileFactory(unit=UnitFactory(code=VILLAGE), year=2026, population=1200)
    for username, (role, place, _width) in PEOPLE.items():
        user = UserFactory(username=username, password=in_browser.PASSWORD, name=username)
        department = DEPARTMENTS.get(username, "")
        AppointmentFactory(role=role, unit=UnitFactory(code=place), user=user, department=department)


@pytest.fixture
def sign_in(new_context, live_server) -> Callable[[str], Page]:
    """``sign_in("filler")``: the person's home, in a browser of their own."""

    def signed_in(username: str) -> Page:
        size = {"width": PEOPLE[username][2], "height": 800}
        return in_browser.sign_in(new_context(viewport=size, base_url=live_server.url).new_page(), username)

    return signed_in


def score(sign_in: Callable[[str], Page], *reviewers: str) -> None:
    for reviewer in reviewers:
        in_browser.score(sign_in(reviewer), Sheet.objects.get(reviewer__username=reviewer).pk, "8")


def test_from_an_empty_application_to_the_money_and_the_workbook(village, sign_in):
    with freeze_time(TODAY, tick=True):
        page = sign_in("filler")
        press(page, ".next a.button")
        press(page, "main form button")  # begins
        in_browser.fill(page, 4, {"1.1.a": "0", "1.2": "96"}, "abcde")
        application = Application.objects.get()
        in_browser.submit(sign_in("signer"), application.pk)

        office, county_office = sign_in("township_office"), sign_in("county_office")
        in_browser.submit(office, application.pk, "accept")
        in_browser.convene(office, TOWNSHIP, "township")
        in_browser.convene(county_office, COUNTY, "county")
        score(sign_in, "township_reviewer", "township_reviewer_b")
        in_browser.decide(sign_in("township_leader"), {application.pk: ("recommend", "")})
        score(sign_in, "county_reviewer", "county_reviewer_b")
        in_browser.ask_departments(county_office)
        for department in ("discipline", "police"):
            in_browser.answer_check(sign_in(department))
        in_browser.decide(county_office, {application.pk: ("4", "")})
        in_browser.release(county_office, "新评〔2026〕1号")
        application.refresh_from_db()
        assert application.state == "public_notice"
    with freeze_time(AFTER_THE_NOTICE, tick=True):
        confirm_due()
        assert list(StarPeriod.objects.on().values_list("unit", "star")) == [(VILLAGE, 4)]
        page = sign_in("finance")
        in_browser.grant_rewards(page, sign_in("county_office"), {"4": "30000"})
        expect(page.locator("#list, main")).to_contain_text(["30,000.00"])

        page = sign_in("discipline")
        page.goto("/reports/")
        page.locator("[name=year]").select_option("2026")
        press(page, "main form button.primary")
        with page.expect_download() as download:
            page.locator("a[href$='/file/']").click()
        book = load_workbook(BytesIO(download.value.path().read_bytes()))
        heads, row = book["星级台账"].iter_rows(min_row=2, values_only=True)
        register = dict(zip(heads, row, strict=True))
        asked_for = [register[_(head)] for head in ("Division code", "Village", "Total", "Decided star", "Star now")]
        assert asked_for == [VILLAGE, "沙溪村委会", 38, 4, 4]
        (reward,) = book["奖励"].iter_rows(min_row=3, values_only=True)
        assert reward[1:7] == (VILLAGE, "沙溪村委会", 4, 1200, 1, 30000)
