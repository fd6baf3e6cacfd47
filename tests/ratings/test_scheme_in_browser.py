"""A county office writes its scheme in Chromium: copied, added to, moved, broken and mended, issued."""

import re

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from ratings.models import Scheme
from ratings.workflow import scheme_drafts
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, SchemeFactory, UnitFactory, person
from tests.in_browser import press, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
METHODS = ("judged", "deduction", "count", "tiers", "linear", "checklist")
NEEDED = {
    "judged": {},
    "deduction": {"items:0:name": "少一次", "items:0:per": "0.5"},
    "count": {"items:0:name": "表彰", "items:0:per": "1"},
    "tiers": {"figure": "满意率(%)", "tiers:0:at_least": "90", "tiers:0:points": "1"},
    "linear": {"figure": "万元", "zero_at": "0", "full_at": "10"},
    "checklist": {"items:0:name": "有班子", "items:0:points": "1"},
}


@pytest.fixture
def office(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE):
        UnitFactory(code=code)
    SchemeFactory()
    person(Role.SIGNER, VILLAGE)
    return person(Role.COUNTY_OFFICE, COUNTY, username="county_office")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_office_writes_and_issues_its_scheme(new_context, live_server, office, scripts):
    context = new_context(
        viewport={"width": 1366, "height": 768}, base_url=live_server.url, java_script_enabled=scripts
    )
    page = sign_in(context.new_page(), "county_office")
    page.goto("/schemes/")
    press(page, "main a.button.primary")
    page.locator("[name=source]").select_option(index=0)
    press(page, "main form button.primary")
    draft = Scheme.objects.get(state="draft")

    for method in METHODS:
        page.locator("[name='method:a1']").select_option(method)
        press(page, "button[value^='add:a1:']")
        for name, value in NEEDED[method].items():
            page.locator(f".craft [name='{name}']").fill(value)
        if scripts and NEEDED[method]:
            expect(page.locator("#running .state.saved")).to_be_visible()
        if scripts:
            expect(page.locator("#running .sample")).to_have_count(3)
        press(page, ".craft button.primary")
    assert scheme_drafts.written(draft)[0]["areas"][0]["criteria"][-1]["method"] == "checklist"
    expect(page.locator("#fullmarks b").first).to_have_text("46")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True

    _move(page, draft, scripts)

    page.locator("ol.order a").first.click()
    page.locator(".craft [name='max']").fill("十")
    press(page, ".craft button.primary")
    expect(page.locator("#faults")).to_have_text(re.compile("1处错误"))
    page.goto(f"/schemes/{draft.pk}/issue/")
    expect(page.locator("main form button.primary")).to_have_count(0)
    press(page, ".faults a")
    page.locator(".craft [name='max']").fill("10")
    press(page, ".craft button.primary")
    expect(page.locator("#faults")).not_to_have_text(re.compile("1处错误"))

    page.goto(f"/schemes/{draft.pk}/issue/")
    press(page, "main form button.primary")
    expect(page).to_have_url(re.compile(rf"/schemes/{draft.pk}/$"))
    issued = Scheme.objects.get(pk=draft.pk)
    assert (issued.state, len(issued.spec.areas[0].criteria)) == ("issued", 8)


def _move(page, draft, scripts: bool) -> None:
    """The first criterion below the second: dragged, or by its button."""
    before = [one["code"] for one in scheme_drafts.written(draft)[0]["areas"][0]["criteria"]]
    items = page.locator("ol.order").first.locator("li")
    first = items.first.locator("a").inner_text()
    if scripts:
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            items.nth(0).locator("span").first.drag_to(items.nth(1).locator("span").first)
    else:
        press(page, "button[value^='down:a1c1:']")
    expect(page.locator("ol.order").first.locator("li").nth(1).locator("a")).to_have_text(first)
    after = [one["code"] for one in scheme_drafts.written(draft)[0]["areas"][0]["criteria"]]
    assert after == [before[1], before[0], *before[2:]]
