"""A draft is agreed on in Chromium: a village comments and is answered, a sister county proposes and is accepted, it is
issued, and the public reads it."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from consultations import workflow
from consultations.models import Consultation
from tests.consultations.agreed import attach_papers
from tests.in_browser import press, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock():
    """The server and the browser keep one time: the machine's."""


def test_a_draft_is_agreed_on_and_read_by_the_public(who, new_context, live_server, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    until = date(timezone.localdate().year + 1, 12, 1)
    one = workflow.begin(who.draft, by=who.office, until=until, public=True)
    page = sign_in(new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url).new_page(), "signer")
    page.goto(one.get_absolute_url())
    page.locator("form[action*=comment_draft] [name=place]").select_option("c-1.1")
    page.locator("form[action*=comment_draft] [name=text]").fill("五分太多，请减到四分")
    press(page, "form[action*=comment_draft] button")

    desk = sign_in(new_context(viewport={"width": 1366, "height": 768}, base_url=live_server.url).new_page(), "office")
    desk.goto(one.get_absolute_url())
    press(desk, "a[href*='?answer=']")
    desk.locator("form [name=outcome]").first.select_option("taken_up")
    desk.locator("form [name=answer]").fill("改为四分")
    press(desk, "form:has([name=outcome]) button.primary")
    page.reload()
    expect(page.locator("main")).to_contain_text("改为四分")

    one = workflow.send(workflow.close(one, by=who.office, reason="意见已齐"), by=who.office, until=until)
    sister = sign_in(new_context(base_url=live_server.url).new_page(), "sister")
    sister.goto(one.get_absolute_url())
    sister.locator("form[action*=propose_change] [name=place]").select_option("c-1.1")
    sister.locator("form[action*=propose_change] [name=text]").fill("满分四分")
    sister.locator("form[action*=propose_change] [name=why]").fill("与全市一致")
    press(sister, "form[action*=propose_change] button")
    desk.goto(one.get_absolute_url())
    press(desk, "a[href*='?settle=']")
    desk.locator("form [name=outcome]").first.select_option("accepted")
    desk.locator("form [name=answer]").fill("采纳")
    press(desk, "form:has([name=outcome]) button.primary")

    workflow.conclude(Consultation.objects.get(), by=who.city, reason="各县均已回复")
    attach_papers(who.draft, by=who.office)
    desk.goto(f"/schemes/{who.draft.pk}/issue/")
    press(desk, "main form button.primary")
    assert Consultation.objects.get().state == "issued"
    anyone = new_context(base_url=live_server.url).new_page()
    anyone.goto(f"/public/schemes/{who.draft.pk}/")
    expect(anyone.locator("main")).to_contain_text("新评〔2027〕standard")
