"""Filling in completely without a script: begin, fill every area, attach a file, submit as the signer."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from ratings.models import Application
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    WindowFactory,
    person,
    scheme_body,
)
from tests.in_browser import sign_in
from tests.records.test_files import PDF

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(new_context, live_server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_REQUIRED = False
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    for role in (Role.FILLER, Role.SIGNER):
        person(role, VILLAGE, username=role)
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1]["evidence"] = [{"name": "测评表"}]
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)), windows=False)
    now = timezone.now()
    WindowFactory(cycle=cycle, opens=now - timedelta(days=1), closes=now + timedelta(days=1), step="apply")
    context = new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}, base_url=live_server.url)
    return context.new_page()


def test_a_village_applies_with_scripts_off(page):
    sign_in(page, Role.FILLER)
    page.goto("/apply/")
    page.get_by_role("button", name="开始").click()
    page.get_by_label("三星").check()
    page.get_by_role("button", name="保存申报星级").click()

    page.get_by_role("link", name="1 制度建设").click()
    page.locator("button[name=more][value='1.1.a']").click()
    page.locator("[name='1.2']").fill("很高")
    page.locator("[name='file:1.2:测评表']:not([capture])").set_input_files(
        {"name": "测评表.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.locator("#c1-2").get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("#c1-2-files .saved")).to_have_count(1)
    assert page.locator("[name='1.2']").input_value() == "很高"
    page.locator("[name='1.2']").fill("96")
    page.locator(".dock button.primary").click()
    page.locator("[name='2.1.a']").check()
    page.locator("[name='2.2']").fill("8.5")
    page.locator("[name='reason:2.2']").fill("班子齐心")
    page.locator(".dock button.primary").click()
    for _bonus_then_penalty in range(2):
        for field in page.locator("main input[data-item][inputmode]").all():
            field.fill("0")
        page.locator(".dock button.primary").click()
    expect(page.locator("#papers")).to_be_visible()
    page.get_by_role("button", name="退出").click()

    sign_in(page, Role.SIGNER)
    application = Application.objects.get()
    page.goto(f"/applications/{application.pk}/submit/")
    page.locator("main form.card button.primary").click()
    application.refresh_from_db()
    assert (application.state, application.applied_star, application.signed_by.username) == ("submitted", 3, "signer")
    assert application.evidence.get().name == "测评表"
    answers = dict(application.answers.values_list("item", "typed"))
    assert {item: answers[item] for item in ("1.1.a", "1.2", "2.1.a", "2.1.b", "2.2")} == {
        "1.1.a": "1", "1.2": "96", "2.1.a": "1", "2.1.b": "0", "2.2": "8.5",
    }  # fmt: skip
