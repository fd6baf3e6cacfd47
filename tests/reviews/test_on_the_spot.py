"""A reviewer with a phone in the village: a running total, nothing lost offline, nothing sent twice, and a table for
the points of many villages by keyboard."""

from datetime import timedelta

import pgtrigger
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reviews.models import Sheet
from tests.factories import AnswerFactory, ApplicationFactory, UnitFactory
from tests.in_browser import press, sign_in
from tests.small_files import PNG

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 800}


@pytest.fixture(autouse=True)
def _today():
    """The browser's own day, as its cookies end by it."""


@pytest.fixture
def sheet(place, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_REQUIRED = False
    now = timezone.now()
    place.cycle.windows.update(opens=now - timedelta(days=1), closes=now + timedelta(days=1))
    ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code="330624108301"), state="township_review")
    AnswerFactory(application=place.application, item="1.1.a", value=2)
    return Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)


@pytest.fixture
def phone(new_context, live_server, sheet):
    context = new_context(viewport=PHONE, base_url=live_server.url)
    context.set_default_timeout(20_000)
    sign_in(context.new_page(), "township_reviewer")
    return context


def opened(phone, sheet):
    page = phone.new_page()
    page.goto(f"/reviews/sheets/{sheet.pk}/visit/")
    return page


def said(sheet) -> dict:
    return {entry.item: float(entry.value) for entry in sheet.entries.all()}


def test_scoring_with_a_phone_in_the_village(phone, sheet):
    page = phone.pages[0]
    page.goto(f"/reviews/sheets/{sheet.pk}/?area=1")
    page.locator("[name='how.1.1'][value=agree]").check()
    expect(page.locator("#running b")).to_have_text("9.00")
    page.locator("[name='v.1.2']").fill("91")
    expect(page.locator("#running b")).to_have_text("17.00")
    assert said(sheet) == {}
    page.close()

    page = opened(phone, sheet)
    page.locator("[name='how.1.1'][value=agree]").check()
    expect(page.locator("#s-1-1 .saved")).to_be_visible()
    phone.set_offline(True)
    page.locator("[name='v.2.2']").fill("8")
    page.locator("[name='why.2.2']").fill("班子齐心")
    expect(page.locator("#s-2-2 .local")).to_be_visible()
    page.locator("[data-photo='2.2']").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.locator("#f-2-2 .local")).to_be_visible()
    page.close()
    assert (said(sheet), sheet.photos.count()) == ({"1.1.a": 2}, 0)

    phone.set_offline(False)
    page = opened(phone, sheet)
    expect(page.locator("#s-2-2 .saved")).to_be_visible()
    expect(page.locator("#f-2-2 .saved")).to_be_visible()
    expect(page.locator("#running b")).to_have_text("17.00")
    assert (said(sheet), sheet.photos.count()) == ({"1.1.a": 2, "2.2": 8}, 1)
    assert {entry.history.count() for entry in sheet.entries.all()} == {1}

    other = Sheet.objects.exclude(application=sheet.application).get(reviewer=sheet.reviewer)
    page.goto("/reviews/grid/?area=2")
    page.locator(f"[name='{sheet.pk}:v.2.2']").press("Enter")
    page.keyboard.type("6.5")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("一般")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_navigation():
        page.keyboard.press("Alt+KeyS")
    assert (said(other), said(sheet)) == ({"2.2": 6.5}, {"1.1.a": 2, "2.2": 8})

    page.goto(f"/reviews/sheets/{sheet.pk}/visit/")
    phone.set_offline(True)
    page.locator("[name='v.2.2']").fill("7")
    expect(page.locator("#s-2-2 .local")).to_be_visible()
    page.close()
    Sheet.objects.filter(pk=sheet.pk).update(state="replaced")
    phone.set_offline(False)
    page = opened(phone, sheet)
    expect(page.locator("#s-2-2 .invalid")).to_be_visible()
    assert page.locator("[name='v.2.2']").input_value() == "7"
    assert said(sheet) == {"1.1.a": 2, "2.2": 8}


def test_what_waits_from_all_criteria_is_told_on_the_shorter_form(phone, sheet):
    scheme = sheet.application.cycle.scheme
    scheme.body["areas"][0]["criteria"][0]["checks"] = ["visit"]
    with pgtrigger.ignore():
        type(scheme).objects.filter(pk=scheme.pk).update(body=scheme.body)
    page = phone.pages[0]
    page.goto(f"/reviews/sheets/{sheet.pk}/visit/?all")
    phone.set_offline(True)
    page.locator("[name='v.2.2']").fill("8")
    expect(page.locator("#s-2-2 .local")).to_be_visible()
    page.close()
    phone.set_offline(False)
    page = opened(phone, sheet)
    expect(page.locator("[name='v.2.2']")).to_have_count(0)
    expect(page.locator("#waiting a")).to_have_attribute("href", f"/reviews/sheets/{sheet.pk}/visit/?all")


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1366, "height": 800}], ids=["phone", "desk"])
def test_on_the_sheet_editing_chooses_and_what_is_kept_is_said(new_context, live_server, sheet, viewport):
    context = new_context(viewport=viewport, base_url=live_server.url)
    page = sign_in(context.new_page(), "township_reviewer")
    stale = context.new_page()
    for tab in (page, stale):
        tab.goto(f"/reviews/sheets/{sheet.pk}/?area=1")
    if viewport == PHONE:  # folded there until a fact is corrected
        expect(page.locator("[name='v.1.1.a']")).to_be_hidden()
        for tab in (page, stale):
            tab.locator("[name='how.1.1'][value=change]").check()
    else:
        page.locator("[name='how.1.1'][value=agree]").check()
    page.locator("[name='v.1.1.a']").fill("3")
    expect(page.locator("[name='how.1.1'][value=change]")).to_be_checked()
    page.locator("[name='why.1.1']").fill("少开三次")
    press(page, ".finish button[value=save]")
    expect(page.locator(".messages").first).to_contain_text("已保存1项，还有1项未评。")
    assert said(sheet) == {"1.1.a": 3}

    stale.locator("[name='v.1.1.a']").fill("4")
    stale.locator("[name='why.1.1']").fill("少开四次")
    press(stale, ".finish button[value=save]")
    expect(stale.locator("[id='1-1-error']")).to_contain_text("3、少开三次")
    expect(stale.locator("[name='v.1.1.a']")).to_have_value("4")
    assert said(sheet) == {"1.1.a": 3}
    stale.locator("[name='how.1.1'][value=agree]").check()
    expect(stale.locator("[name='v.1.1.a']")).to_have_value("2")
    press(stale, ".finish button[value=save]")
    assert said(sheet) == {"1.1.a": 2}
