"""Text typed on a policy's page outlives the session: it is put back, once, until the server has taken it."""

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from incentives import workflow
from incentives.models import RewardPolicy
from tests.factories import COUNTY
from tests.in_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = "请补充三星村的奖励标准"
FIELD = "form[action$='/give_opinion/'] [name=opinion]"


def test_what_was_typed_when_the_session_ended_is_put_back(new_context, live_server, settings, draft, finance, office):
    settings.SECOND_FACTOR_REQUIRED = False
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    page = sign_in(new_context(base_url=live_server.url).new_page(), office.username)
    page.goto(policy.get_absolute_url())
    page.locator(FIELD).fill(TYPED)
    Session.objects.all().delete()
    cache.clear()
    with page.expect_navigation(url="**/login/**"):
        page.locator("form[action$='/give_opinion/'] button[value='0']").click()
    sent = [key for key in page.evaluate("Object.keys(sessionStorage)") if key.startswith("kept-text:")]
    assert sent == [f"kept-text:{office.pk}"]  # the next person at this browser ends nothing of it
    sign_in(page, office.username)
    expect(page.locator("#waiting")).to_be_visible()
    page.locator("#waiting a").click()
    expect(page.locator(FIELD)).to_have_value(TYPED)
    page.locator("form[action$='/give_opinion/'] .banner button").click()
    expect(page.locator(FIELD)).to_have_value("")
    page.locator(FIELD).fill(TYPED)
    with page.expect_navigation():
        page.locator("form[action$='/give_opinion/'] button[value='0']").click()
    expect(page.locator("body[data-left='0']")).to_be_attached()
    policy = RewardPolicy.objects.get(pk=policy.pk)
    assert (policy.state, policy.opinion) == ("draft", TYPED)
    page.goto(policy.get_absolute_url())
    expect(page.locator("body[data-left='0']")).to_be_attached()


def test_under_another_question_of_the_same_page_nothing_is_lost(new_context, live_server, settings, office):
    settings.SECOND_FACTOR_REQUIRED = False
    page = sign_in(new_context(base_url=live_server.url).new_page(), office.username)
    asked = f"{reverse('honour_selection_new')}?year=2026"
    page.goto(asked)
    page.locator("main form [name=name]").fill(TYPED)
    page.goto(reverse("honour_selection_new"))
    expect(page.locator(f"#waiting a[href='{asked}']")).to_be_visible()
    expect(page.locator("main .banner p", has_text=TYPED)).to_have_count(0)
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_have_text([TYPED])
    page.goto(asked)
    expect(page.locator("main form [name=name]")).to_have_value(TYPED)


def test_what_nobody_touched_is_as_a_colleague_has_left_it(new_context, live_server, settings, draft, finance):
    settings.SECOND_FACTOR_REQUIRED = False
    policy = draft()
    page = sign_in(new_context(base_url=live_server.url).new_page(), finance.username)
    edit = reverse("policy-edit", args=[policy.pk])
    page.goto(edit)
    page.locator("[name=name]").fill(TYPED)
    RewardPolicy.objects.filter(pk=policy.pk).update(budget=90000)
    page.goto(edit)
    expect(page.locator("[name=name]")).to_have_value(TYPED)
    expect(page.locator("[name=budget]")).to_have_value("90000.00")


def test_rows_added_to_a_table_are_kept_with_it(new_context, live_server, settings, finance):
    settings.SECOND_FACTOR_REQUIRED = False
    page = sign_in(new_context(base_url=live_server.url).new_page(), finance.username)
    page.goto(reverse("policy-new", args=[COUNTY]))
    page.locator("[name=name]").fill(TYPED)
    with page.expect_navigation():
        page.locator("button[name=more]").click()
    fifth = page.locator("[name=form-4-amount]")
    fifth.fill("30000")
    Session.objects.all().delete()
    cache.clear()
    page.locator("form[data-keep]").evaluate("form => { form.noValidate = true; }")
    with page.expect_navigation(url="**/login/**"):
        page.locator("main form button.primary").click()
    sign_in(page, finance.username)
    page.locator("#waiting a").click()
    expect(fifth).to_have_value("30000")
    page.goto(reverse("policy-new", args=[COUNTY]))
    expect(page.locator("form .banner p").last).to_have_text("30000")
    expect(page.locator("[name=name]")).to_have_value(TYPED)


def test_two_tabs_of_a_form_keep_a_copy_each(new_context, live_server, settings, draft, finance, office):
    settings.SECOND_FACTOR_REQUIRED = False
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    browser = new_context(base_url=live_server.url)
    one = sign_in(browser.new_page(), office.username)
    one.goto(policy.get_absolute_url())
    one.locator(FIELD).fill(TYPED)
    with browser.expect_page() as opened:
        one.evaluate("window.open(location.href)")
    twin = opened.value  # it begins with the storage of the first, as a tab that is duplicated
    expect(twin.locator(FIELD)).to_have_value(TYPED)
    twin.wait_for_timeout(600)
    twin.locator(FIELD).fill("第三句")
    other = browser.new_page()
    other.goto(policy.get_absolute_url())
    other.wait_for_timeout(600)  # nothing comes: it is the first tab's
    expect(other.locator(FIELD)).to_have_value("")
    other.locator(FIELD).fill("另一句")
    one.locator(FIELD).fill(f"{TYPED}。")
    other.close()
    twin.close()
    one.goto("/")
    one.goto(policy.get_absolute_url())
    for text in (f"{TYPED}。", "另一句", "第三句"):
        expect(one.locator(FIELD)).to_have_value(text)
        one.locator("form[action$='/give_opinion/'] .banner button").click()
        one.reload()
    expect(one.locator(FIELD)).to_have_value("")

    one.locator(FIELD).fill(TYPED)
    one.on("dialog", lambda asked: asked.accept())
    with one.expect_navigation():
        one.evaluate("document.querySelector('form[action$=\"/accounts/logout/\"]').requestSubmit()")
    sign_in(one, office.username)
    assert one.evaluate("copies.load().then(() => copies.all())") == []  # who signs out leaves nothing on the device


def test_figures_that_the_answer_does_not_show_stay_on_the_device(new_context, live_server, settings, draft, finance):
    settings.SECOND_FACTOR_REQUIRED = False
    policy = draft()
    page = sign_in(new_context(base_url=live_server.url).new_page(), finance.username)
    page.goto(reverse("policy-edit", args=[policy.pk]))
    page.locator("[name=name]").fill(TYPED)
    page.locator("[name=budget]").fill("81234")
    workflow.seek_opinion(policy, by=finance)
    with page.expect_navigation():
        page.locator("main form button.primary").click()
    expect(page.locator(".answer blockquote")).to_have_text([TYPED])
    page.locator("#waiting summary").click()
    expect(page.locator("#waiting li")).to_have_text([TYPED, "81234"])


def test_what_has_no_place_any_more_is_not_called_put_back(new_context, live_server, settings, office):
    settings.SECOND_FACTOR_REQUIRED = False
    page = sign_in(new_context(base_url=live_server.url).new_page(), office.username)
    page.goto(reverse("honour_selection_new"))
    page.locator("main form [name=name]").evaluate("field => { field.name = 'gone'; }")
    page.locator("main form [name=gone]").fill(TYPED)
    page.evaluate("Promise.all(copies.all().map((copy) => copies.put('text', copy.item, copy)))")  # it is on the disk
    page.reload()
    told = page.locator("main form .banner p")
    expect(told).to_have_text([page.locator("body").get_attribute("data-lost"), TYPED])
