"""The form on a phone that goes offline: nothing typed is lost, nothing is sent twice (architecture §6)."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Appointment
from accounts.roles import Role
from ratings.workflow import application as workflow
from tests.answers import save_answer
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, CycleFactory, UnitFactory, WindowFactory, person
from tests.in_browser import PASSWORD, sign_in
from tests.small_files import PNG

pytestmark = pytest.mark.django_db(transaction=True)
COPY = "([application, page]) => copies.put(application, '1.2', {typed: '95', reason: '', seen: '', sent: [], page})"
COUNT = """() => new Promise((resolve) => {
  const request = indexedDB.open("copies");
  request.onsuccess = () => {
    const count = request.result.transaction("copies").objectStore("copies").count();
    count.onsuccess = () => { request.result.close(); resolve(count.result); };
  };
})"""
PHONE = {"width": 390, "height": 800}
PHOTO = {"name": "会议.png", "mimeType": "image/png", "buffer": PNG}


@pytest.fixture
def draft(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_REQUIRED = False
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    filler = person(Role.FILLER, VILLAGE, username="filler", password=PASSWORD)
    cycle = CycleFactory(windows=False)
    WindowFactory(
        cycle=cycle, opens=timezone.now() - timedelta(days=1), closes=timezone.now() + timedelta(days=1), step="apply"
    )
    return workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler)


@pytest.fixture
def phone(new_context, live_server, draft):
    context = new_context(viewport=PHONE, base_url=live_server.url)
    sign_in(context.new_page(), "filler").close()  # otherwise this tab would send pending input, too
    return context


def opened(phone, draft, number=1):
    page = phone.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"/applications/{draft.pk}/form/{number}/")
    return page


def kept(draft):
    return dict(draft.answers.values_list("item", "typed"))


def leaving_with_a_copy(page, draft):
    """The page for signing out, with pending input since it was opened."""
    page.goto("/accounts/logout/")
    expect(page.locator("body[data-left='0']")).to_be_attached()
    page.evaluate(COPY, [draft.pk, "/somewhere/else/"])


def on_device(page):
    """How many copies this phone holds, for any user."""
    return page.evaluate(COUNT)


def times_written(draft):
    return {answer.item: answer.history.count() for answer in draft.answers.all()}


def test_the_line_is_lost_the_tab_is_closed_and_nothing_is_missing(phone, draft):
    page = opened(phone, draft)
    page.locator("[name='1.1.a']").fill("2")
    page.locator("[name='1.1.a']").blur()
    expect(page.locator("#c1-1-1-state .saved")).to_be_visible()
    phone.set_offline(True)
    page.locator("[data-step='1']").first.click()
    page.locator("[name='1.2']").fill("96.5")
    expect(page.locator("#c1-2-1-state .local")).to_be_visible()
    page.close()
    assert kept(draft) == {"1.1.a": "2"}

    phone.set_offline(False)
    page = opened(phone, draft)
    expect(page.locator("#c1-2-1-state .saved")).to_be_visible()
    expect(page.locator("#c1-1-1-state .saved")).to_be_visible()
    assert (page.locator("[name='1.1.a']").input_value(), page.locator("[name='1.2']").input_value()) == ("3", "96.5")
    assert kept(draft) == {"1.1.a": "3", "1.2": "96.5"}
    assert times_written(draft) == {"1.1.a": 2, "1.2": 1}
    assert on_device(page) == 0


def test_a_long_rule_leaves_the_buttons_of_a_count_their_room(phone, draft):
    page = opened(phone, draft)
    page.locator(".count .hint > span").first.evaluate(
        "it => { it.textContent = '每满3（不足按满算）扣0.3分，最多1.5分' }"
    )
    less, count, more = (page.locator(".stepper").first.locator(it) for it in ("[name=less]", "input", "[name=more]"))
    assert [round(it.bounding_box()["width"]) for it in (less, count, more)] == [48, 52, 48]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_browser_that_keeps_nothing_says_so_and_sends_when_the_line_is_back(phone, draft):
    phone.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page = opened(phone, draft)
    phone.set_offline(True)
    page.locator("[name='1.2']").fill("96.5")
    line = page.locator("#c1-2-1-state .local")
    expect(line).to_have_text(page.locator("#form").get_attribute("data-unkept"))
    phone.set_offline(False)
    expect(page.locator("#c1-2-1-state .saved")).to_be_visible()
    assert kept(draft) == {"1.2": "96.5"}


def test_what_waits_is_sent_from_any_page(phone, draft):
    page = opened(phone, draft, 2)
    phone.set_offline(True)
    page.locator("[name='2.1.a']").check()
    page.locator("[name='2.2']").fill("8.5")
    page.locator("[name='reason:2.2']").fill("班子齐心")
    expect(page.locator("#c2-2-1-state .local")).to_be_visible()
    page.close()
    phone.set_offline(False)
    page = phone.new_page()
    page.goto("/")
    expect(page.locator("body[data-left='0']")).to_be_attached()
    assert kept(draft) == {"2.1.a": "1", "2.2": "8.5"}
    assert draft.answers.get(item="2.2").reason == "班子齐心"
    assert set(times_written(draft).values()) == {1}


def test_the_answer_got_lost_on_its_way_and_is_sent_once_more_without_harm(phone, draft):
    page = opened(phone, draft)
    page.route("**/form/1/", lambda route: (route.fetch(), route.abort()))
    with page.expect_event("requestfailed"):
        page.locator("[name='1.2']").fill("95")
        page.locator("[name='1.2']").blur()
    page.unroute("**/form/1/")
    page.locator("[name='1.2']").fill("96")
    page.locator("[name='1.2']").blur()
    expect(page.locator("#c1-2-1-state .saved")).to_be_visible()
    assert kept(draft) == {"1.2": "96"}


def test_two_devices_are_shown_both_values_and_the_person_chooses(phone, draft):
    page = opened(phone, draft)
    phone.set_offline(True)
    page.locator("[name='1.2']").fill("95")
    page.locator("[name='1.2']").blur()
    save_answer(draft, "1.2", "97", by=draft.filled_by)
    phone.set_offline(False)
    page.reload()
    choices = page.locator("#c1-2-1-state button")
    expect(choices).to_have_count(2)
    assert (kept(draft), page.locator("[name='1.2']").input_value()) == ({"1.2": "97"}, "95")
    page.locator("[name='1.1.a']").fill("1")
    page.locator("[name='1.1.a']").blur()
    expect(page.locator("#c1-1-1-state .saved")).to_be_visible()
    assert kept(draft) == {"1.1.a": "1", "1.2": "97"}
    choices.first.click()
    expect(page.locator("#c1-2-1-state .saved")).to_be_visible()
    assert kept(draft) == {"1.1.a": "1", "1.2": "95"}
    assert on_device(page) == 0


def test_the_session_ended_and_after_signing_in_the_copy_is_sent(phone, draft):
    page = opened(phone, draft)
    Session.objects.all().delete()
    cache.clear()
    page.locator("[name='1.2']").fill("95")
    with page.expect_navigation(url="**/login/**"):
        page.locator("[name='1.2']").blur()
    assert kept(draft) == {}
    sign_in(page, "filler")
    expect(page.locator("body[data-left='0']")).to_be_attached()
    assert kept(draft) == {"1.2": "95"}


def test_who_fills_in_no_longer_is_told_and_can_take_the_text_along(phone, draft):
    page = opened(phone, draft)
    Appointment.objects.filter(user__username="filler").delete()
    page.locator("[name='1.2']").fill("96.5")
    line = page.locator("#c1-2-1-state .state")
    expect(line).to_have_text(page.locator("#form").get_attribute("data-untaken"))
    assert page.reload().status == 404
    expect(page.locator("main .banner p", has_text="1.2  96.5")).to_be_visible()


def test_signing_out_sends_first_and_leaves_nothing_on_the_phone(phone, draft):
    page = phone.new_page()
    leaving_with_a_copy(page, draft)
    with page.expect_navigation():
        page.locator("form[action$='/logout/'] button").first.click()
    assert kept(draft) == {"1.2": "95"}
    assert on_device(page) == 0


def test_signing_out_without_a_line_asks_before_anything_is_lost(phone, draft):
    page, asked = phone.new_page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    leaving_with_a_copy(page, draft)
    page.route("**/api/v1/**", lambda route: route.abort())
    page.locator("form[action$='/logout/'] button").first.click()
    expect(page.locator("#waiting")).to_be_visible()
    assert on_device(page) == 1
    assert len(asked) == 1


def test_going_on_waits_for_what_is_on_its_way(phone, draft):
    page = opened(phone, draft, 2)
    held = []

    def hold_first(route):
        if route.request.headers.get("hx-request") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/form/2/", hold_first)
    page.locator("[name='2.1.a']").check()
    page.locator("[name='2.1.b']").check()
    page.locator(".dock button.primary").click(no_wait_after=True)
    expect(page).to_have_url(re.compile(r"/form/2/$"))
    with page.expect_navigation(url="**/form/3/"):
        held[0].continue_()
    assert kept(draft) == {"2.1.a": "1", "2.1.b": "1"} | {f"2.1.{tick}": "0" for tick in "cde"}


def take_a_photo(page):
    page.locator("#c1-1-files [capture]").first.set_input_files(PHOTO)


def test_a_photo_taken_without_a_line_waits_and_is_sent(phone, draft):
    page = opened(phone, draft)
    phone.set_offline(True)
    take_a_photo(page)
    expect(page.locator("#c1-1-files-list .state.local")).to_be_visible()
    page.locator(".dock button.primary").click()
    expect(page.locator("[data-stay]")).to_be_visible()
    assert page.url.endswith("/form/1/")
    page.close()
    assert draft.evidence.count() == 0

    phone.set_offline(False)
    page = phone.new_page()
    page.goto("/")
    expect(page.locator("body[data-left='0']")).to_be_attached()
    assert [(one.criterion, one.file.name) for one in draft.evidence.all()] == [("1.1", "会议.png")]
    assert on_device(page) == 0


def test_a_photo_is_shown_as_soon_as_the_line_is_back(phone, draft):
    page = opened(phone, draft)
    phone.set_offline(True)
    take_a_photo(page)
    expect(page.locator("#c1-1-files-list .state.local")).to_be_visible()
    phone.set_offline(False)
    expect(page.locator("#c1-1-files-list .state.saved")).to_have_count(1)
    expect(page.locator("#c1-1-files-list .state.local")).to_have_count(0)
    assert draft.evidence.count() == 1


def test_a_photo_chosen_after_the_session_ended_is_sent_after_signing_in(phone, draft):
    page = opened(phone, draft)
    Session.objects.all().delete()
    cache.clear()
    with page.expect_navigation(url="**/login/**"):
        take_a_photo(page)
    expect(page.locator(".banner")).to_contain_text("已自动退出")
    page.locator("[name=login]").fill("filler")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation(url="**/form/1/"):
        page.locator("main form button").first.click()
    expect(page.locator("#c1-1-files-list .state.saved")).to_have_count(1)
    assert draft.evidence.count() == 1
    assert on_device(page) == 0
