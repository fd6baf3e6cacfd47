"""A county office's year in Chromium: a scheme is copied, changed, moved, broken and mended, tried and issued; the year
is opened for two townships, and a village meets the new question."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from ratings.models import Cycle, Scheme
from ratings.workflow import scheme_drafts
from tests.consultations.agreed import agree_on
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, SchemeFactory, UnitFactory, person
from tests.in_browser import press, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
OTHER, LEFT_OUT = "330624109", "330624110"
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
    for code in (OTHER, f"{OTHER}201", LEFT_OUT, f"{LEFT_OUT}201"):
        UnitFactory(code=code)
    SchemeFactory()
    for role in (Role.FILLER, Role.SIGNER):
        person(role, VILLAGE, username=str(role))
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

    methods = ("tiers", "checklist") if scripts else METHODS
    for method in methods:
        page.locator("[name='method:a1']").select_option(method)
        press(page, "button[value^='add:a1:']")
        for name, value in NEEDED[method].items():
            page.locator(f".craft [name='{name}']").fill(value)
        if scripts and NEEDED[method]:
            expect(page.locator("#running .state.saved")).to_be_visible()
        if scripts:
            expect(page.locator("#running .sample")).to_have_count(3)
            page.wait_for_load_state("networkidle")  # saving while one types is over
        press(page, ".craft button.primary")
    assert scheme_drafts.written(draft)[0]["areas"][0]["criteria"][-1]["method"] == "checklist"
    expect(page.locator("#fullmarks b").first).to_have_text(str(40 + len(methods)))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True

    _move(page, draft, scripts)
    if scripts:
        _lose_line_and_session(page, draft)

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

    if scripts:
        _try(page, draft)
    agree_on(draft, by=office)
    colleague = context.new_page()
    colleague.goto(f"/schemes/{draft.pk}/edit/a1c1/")
    page.goto(f"/schemes/{draft.pk}/issue/")
    press(page, "main form button.primary")
    expect(page).to_have_url(re.compile(rf"/schemes/{draft.pk}/$"))
    if scripts:
        _write_too_late(colleague, draft)
    issued = Scheme.objects.get(pk=draft.pk)
    assert (issued.state, len(issued.spec.areas[0].criteria)) == ("issued", 2 + len(methods))
    if scripts:
        _open_for_two_townships(page, issued)
        village = sign_in(new_context(base_url=live_server.url).new_page(), "filler")
        village.goto("/apply/")
        press(village, "main form button.primary")
        press(village, ".todo a")
        expect(village.locator("[name='1.3']")).to_have_count(1)


def _lose_line_and_session(page, draft) -> None:
    """What is typed meanwhile is called unsaved, and is saved once line or session are back."""
    address, saved = f"/schemes/{draft.pk}/edit/a1c1/", page.locator("#running > .state.saved")
    page.goto(address)
    page.context.set_offline(True)
    page.locator(".craft [name='name']").fill("断网时写的")
    page.locator(".craft button.primary").click()
    expect(page.locator("[data-stay]")).to_be_visible()
    expect(page.locator("#running > .state")).to_have_class("state local")
    page.context.set_offline(False)
    expect(saved).to_be_visible()
    page.context.clear_cookies()
    page.locator(".craft [name='name']").fill("退出后写的")
    page.wait_for_url("**/accounts/login/**")
    sign_in(page, "county_office").goto(address)
    expect(saved).to_be_visible()
    assert scheme_drafts.written(draft)[0]["areas"][0]["criteria"][0]["name"] == "退出后写的"
    press(page, ".craft button.primary")


def _write_too_late(page, draft) -> None:
    """What is typed once the scheme is issued: never promised to be sent, there again on the page read anew, and gone
    from the device with one press."""
    name = page.locator(".craft [name='name']")
    page.route("**/edit/a1c1/", lambda route: route.fulfill(status=404), times=1)
    name.fill("没有收下的")
    expect(page.locator("#running > .state.local")).to_have_text("仅存在本机，服务器没有收下。需要的请先抄下。")
    name.fill("印发后写的")
    expect(page.locator("#running [data-forget]")).to_be_visible()
    expect(page.locator("#running > .state.local")).to_have_count(0)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 409):
        page.reload()
    expect(name).to_have_value("印发后写的")
    expect(page.locator("#running > .state.local")).to_have_count(0)
    page.locator("#running [data-forget]").click()
    expect(page).to_have_url(re.compile(rf"/schemes/{draft.pk}/$"))
    page.wait_for_load_state("networkidle")
    expect(page.locator("#waiting")).to_have_count(0)


def _try(page, draft) -> None:
    """On a sheet of facts, beside last year's scheme."""
    page.goto(f"/schemes/{draft.pk}/what-if/")
    facts = f"{VILLAGE},1.2,96\n{VILLAGE},1.3,95\n".encode()
    page.locator("[name=sheet]").set_input_files({"name": "facts.csv", "mimeType": "text/csv", "buffer": facts})
    press(page, "main form button.primary")
    expect(page.locator("#picture")).to_have_count(1)


def _open_for_two_townships(page, issued) -> None:
    page.goto("/cycles/")
    press(page, f"main a[href='/cycles/open/{issued.pk}/']")
    press(page, "button[name=go][value='2']")
    page.locator("[name=who][value=townships]").check()
    for code in (TOWNSHIP, OTHER):
        page.locator(f"[name=townships][value='{code}']").check()
    press(page, "button[name=go][value='3']")
    page.locator("[name=apply-opens]").fill(timezone.localdate().isoformat())
    press(page, "button[name=go][value='4']")
    press(page, "button[name=go][value='5']")
    press(page, "button[name=open]")
    cycle = Cycle.objects.get()
    assert (cycle.scheme, cycle.townships) == (issued, [TOWNSHIP, OTHER])
    assert sorted(cycle.rated_units().values_list("code", flat=True)) == [VILLAGE, f"{OTHER}201"]


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
