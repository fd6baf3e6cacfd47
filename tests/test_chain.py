"""The whole chain in a browser: from an empty application to a reward line and a row in the year's workbook.

Filler and signer work at 390 px, everybody else at 1366 px; nothing is done behind the pages but the clock's own work.
"""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.utils.translation import gettext as _
from freezegun import freeze_time
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.roles import Role
from ratings.models import Application, StarPeriod
from reviews.workflow.confirmation import confirm_due
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

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "Pingxing-2026"
PHONE, DESK = 390, 1366
TODAY, AFTER_THE_NOTICE = "2026-11-24T02:00:00Z", "2026-12-03T02:00:00Z"
MINUTES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
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
        user = UserFactory(username=username, password=PASSWORD, name=username)
        department = DEPARTMENTS.get(username, "")
        AppointmentFactory(role=role, unit=UnitFactory(code=place), user=user, department=department)


@pytest.fixture
def sign_in(new_context, live_server) -> Callable[[str], Page]:
    """``sign_in("filler")``: the person's home, in a browser of their own."""

    def signed_in(username: str) -> Page:
        width = PEOPLE[username][2]
        page = new_context(viewport={"width": width, "height": 800}, base_url=live_server.url).new_page()
        page.set_default_timeout(20_000)
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(username)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form[action*=login] button, main form button").first.click()
        expect(page).to_have_url(f"{live_server.url}/")
        return page

    return signed_in


def press(page: Page, selector: str) -> None:
    """Press what leads on, and wait until the next page is there."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def apply(page: Page) -> None:
    press(page, ".next a.button")
    if "/form/" not in page.url:
        press(page, "main form button")
    page.locator("input[name=star][value='4']").check()
    press(page, "form[action$='/star/'] button")
    press(page, ".todo a")
    page.locator("[name='1.1.a']").fill("0")
    page.locator("[name='1.2']").fill("96")
    card = page.get_by_role("region", name="村民代表会议")
    card.locator("input[type=file]").last.set_input_files(
        {"name": "会议记录.pdf", "mimeType": "application/pdf", "buffer": MINUTES}
    )
    expect(card.locator(".files .state.saved")).to_have_count(1)
    press(page, ".dock button.primary")
    for tick in "abcde":  # as a person does: the next one once the answer to this one no longer moves the page
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(f"[name='2.1.{tick}']").check()
    press(page, ".dock button.primary")
    page.locator("[name='B.1.a']").fill("0")
    press(page, ".dock button.primary")
    page.locator("[name='D.1.a']").fill("0")
    press(page, ".dock button.primary")


def score(page: Page) -> None:
    press(page, ".next a.button")
    if "/sheets/" not in page.url:
        press(page, "main a[href*='/reviews/sheets/']")
    while page.locator(".finish button[value=hand_in]").count() == 0:
        for radio in page.locator("input[type=radio][value=agree]").all():
            radio.check()
        if page.locator("[name='v.2.2']").count():
            page.locator("[name='v.2.2']").fill("8")
            page.locator("textarea[name='why.2.2']").fill("走访农户后打分")
        press(page, ".finish button[value=save]")
    press(page, ".finish button[value=hand_in]")


def decide(page: Page, choice: str) -> None:
    page.goto("/reviews/decisions/")
    page.locator("select[name^='choice.']").select_option(choice)
    press(page, ".release button.primary")


def release(page: Page) -> None:
    page.goto("/reviews/batches/")
    page.locator("[name=document]").fill("新评〔2026〕1号")
    press(page, "main form button.primary")
    press(page, "button[value=release]")


def draft_policy(page: Page, amounts: dict[str, str]) -> None:
    """Yuan by star, whatever the population."""
    page.goto("/policies/")
    press(page, "a[href*='/new/']")
    for name, value in {
        "name": "2026年度奖励办法",
        "year": "2026",
        "budget": "100000",
        "reckoning_day": "2026-12-03",
        "starts": "2026-12-01",
        "ends": "2027-11-30",
    }.items():
        page.locator(f"[name={name}]").fill(value)
    for row, (star, amount) in enumerate(amounts.items()):
        for name, value in {"star": star, "first": "0", "amount": amount}.items():
            page.locator(f"[name$='-{row}-{name}']").fill(value)
    press(page, "main form > button.primary")


def answer_check(page: Page) -> None:
    press(page, ".next a.button")
    press(page, "main form button[value=nothing]")


def step(page: Page, verb: str) -> None:
    press(page, f"form[action$='/step/{verb}/'] button.primary")


def convene(page: Page, place: str, stage: str) -> None:
    page.goto("/reviews/panels/")
    form = page.locator(f"form[action*='/{place}/{stage}/']").first
    for box in form.locator("input[type=checkbox]").all():
        box.check()
    with page.expect_navigation():
        form.locator("button").first.click()


def test_from_an_empty_application_to_the_money_and_the_workbook(village, sign_in):
    with freeze_time(TODAY, tick=True, real_asyncio=True, ignore=["playwright", "greenlet"]):
        apply(sign_in("filler"))
        page = sign_in("signer")
        application = Application.objects.get()
        page.goto(f"/applications/{application.pk}/submit/")
        press(page, "main form button.primary")

        page = sign_in("township_office")
        page.goto(f"/applications/{application.pk}/accept/")
        press(page, "main form button.primary")
        convene(page, TOWNSHIP, "township")
        convene(sign_in("county_office"), COUNTY, "county")
        score(sign_in("township_reviewer"))
        score(sign_in("township_reviewer_b"))
        decide(sign_in("township_leader"), "recommend")
        score(sign_in("county_reviewer"))
        score(sign_in("county_reviewer_b"))
        page = sign_in("county_office")
        page.goto("/reviews/checks/")
        press(page, "main form button.primary")
        answer_check(sign_in("discipline"))
        answer_check(sign_in("police"))
        decide(page, "4")
        release(page)
        application.refresh_from_db()
        assert application.state == "public_notice"
    with freeze_time(AFTER_THE_NOTICE, tick=True, real_asyncio=True, ignore=["playwright", "greenlet"]):
        confirm_due()
        assert list(StarPeriod.objects.on().values_list("unit", "star")) == [(VILLAGE, 4)]
        page = sign_in("finance")
        draft_policy(page, {"4": "30000"})
        policy = page.url
        step(page, "seek_opinion")
        office = sign_in("county_office")
        office.goto(policy)
        office.locator("[name=number]").fill("备〔2026〕1号")
        press(office, "button[name=agreed][value='1']")
        page.goto(policy)
        step(page, "make_effective")
        step(page, "grant")
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
