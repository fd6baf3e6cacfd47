"""When sessions end; a script then gets a 401 instead of a page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import workflow
from accounts.models import User
from accounts.roles import Role
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, VILLAGE, person

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"


@pytest.fixture
def clock(settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_COOKIE_AGE = 60, 480 * 60
    with freeze_time("2026-11-24 01:00") as frozen:
        yield frozen


@pytest.fixture
def cadre(client, clock):
    user = person(Role.FILLER, VILLAGE, username="filler", password=PASSWORD)
    client.post(reverse("account_login"), {"login": "filler", "password": PASSWORD})
    return user


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 302)])
def test_an_unused_session_ends(client, cadre, clock, minutes, status):
    assert client.get("/").status_code == 200
    clock.shift(timedelta(minutes=minutes))
    assert client.get("/").status_code == status


def test_a_used_session_goes_on_to_its_last_hour_and_no_further(client, cadre, clock):
    for _step in range(9):
        assert client.get(reverse("session_keep_alive")).status_code == 204
        clock.shift(timedelta(minutes=53))
    clock.shift(timedelta(minutes=4))
    assert client.get("/").status_code == 302


def test_a_script_is_told_and_led_back_to_its_page(client, cadre, clock):
    clock.shift(timedelta(minutes=61))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/applications/1/form/"}
    answer = client.get("/", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fapplications%2F1%2Fform%2F"


def test_sessions_end_with_the_password_and_with_a_lock(client, cadre):
    assert client.get("/").status_code == 200
    workflow.reset_password(cadre, by=person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    assert client.get("/").status_code == 302
    cadre.refresh_from_db()
    client.force_login(cadre)
    User.objects.filter(pk=cadre.pk).update(must_change_password=False)
    assert client.get("/").status_code == 200
    workflow.lock(cadre, by=person(Role.SECADMIN, "3306"), reason="手机丢失")
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "password", ["Short-2026", "password1234", "123456789012", "filler-filler", PASSWORD, "俞小明俞小明俞小明俞小明"]
)
def test_weak_passwords_are_refused(client, cadre, password):
    User.objects.filter(pk=cadre.pk).update(name="俞小明俞小明俞小明俞小明")
    given = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post(reverse("account_change_password"), given).status_code == 200
    assert User.objects.get(pk=cadre.pk).check_password(PASSWORD)


def test_the_demonstration_s_password_would_be_taken(client, cadre):
    given = {"oldpassword": PASSWORD, "password1": "Pingxing-2026", "password2": "Pingxing-2026"}
    assert client.post(reverse("account_change_password"), given).status_code == 302
    assert User.objects.get(pk=cadre.pk).check_password("Pingxing-2026")


def test_what_only_takes_a_form_leads_back_to_the_page_of_the_form(client, cadre, clock):
    clock.shift(timedelta(minutes=61))
    answer = client.post(
        "/applications/1/form/papers/", headers={"referer": "http://testserver/applications/1/form/?a=1"}
    )
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/login/?next=%2Fapplications%2F1%2Fform%2F%3Fa%3D1",
    )
    page = client.get(answer["Location"]).content.decode()
    assert "您还没有登录，或为安全起见已自动退出" in page
    assert "选过的文件和没有出现的，请重新填写" in page
    assert "您还没有登录" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/schemes/1/issue/", 302),
        ("/policies/1/step/grant/", 302),
        ("/accounts/logout/", 403),
        ("/accounts/login/", 403),
        ("/accounts/2fa/totp/activate/", 403),
        ("/notices/1/", 403),
    ],
)
def test_a_form_without_any_cookie_leads_members_to_sign_in_and_asks_others_again(path, status):
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(path, {"key": "1"}, headers={"referer": f"http://testserver{path}"})
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == reverse("account_login", query={"next": path})
    else:
        assert "请再交一次" in answer.text


def test_who_has_no_password_is_told_where_one_comes_from(client):
    user = person(Role.FILLER, VILLAGE)
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    for name in ("account_change_password", "account_reauthenticate"):
        for answer in (client.get(reverse(name), follow=True), client.post(reverse(name), follow=True)):
            assert (answer.redirect_chain, "这个账号没有密码" in answer.text) == ([("/", 302)], True)
