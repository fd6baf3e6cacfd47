"""The same appointment sent several times at once opens one account, by page and by list."""

import re

import pytest
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.roles import Role
from tests.clients import client_of
from tests.concurrency import at_once
from tests.factories import TOWNSHIP, VILLAGE, UnitFactory, person

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "俞小明"


@pytest.fixture
def office():
    UnitFactory(code=VILLAGE)
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP)


def post(office, **more):
    given = {"name": NAME, "role": Role.FILLER, "unit": VILLAGE, "starts": timezone.localdate().isoformat()}
    client = client_of(office)
    key = key_of(office)
    return lambda: client.post("/appointments/new/", {"key": key} | given | more)


def opened():
    return User.objects.filter(name=NAME).count(), Appointment.objects.filter(user__name=NAME).count()


def key_of(office):
    page = client_of(office).get("/appointments/new/").content.decode()
    return re.search(r'name="key"\s+value="(\w+)"', page)[1]


def test_four_posts_open_one_account(office):
    answers = at_once(*(post(office) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4  # one with the slip, three with the refusal
    assert opened() == (1, 1)
    assert sorted(b"one-time" in a.content or "一次性密码".encode() in a.content for a in answers).count(True) == 1


def test_another_person_of_that_name_sent_twice_is_one_more(office):
    post(office)()
    key = key_of(office)
    answers = at_once(*(post(office, another="on", key=key) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 302, 302]
    assert opened() == (2, 2)


def test_a_form_that_no_page_has_shown_is_shown_first(office):
    answer = post(office, key="")()
    assert (answer.status_code, opened()) == (200, (0, 0))
    assert answer.context["form"].non_field_errors() == ["页面已过期，未作任何处理，请重新核对。"]


def test_the_second_click_ends_on_words_of_success(office):
    click = post(office, key=key_of(office))
    assert click().status_code == 200
    client = client_of(office)
    given = {"name": NAME, "role": Role.FILLER, "unit": VILLAGE, "starts": timezone.localdate().isoformat()}
    key = key_of(office)
    client.post("/appointments/new/", given | {"name": "俞大明", "key": key})
    answer = client.post("/appointments/new/", given | {"name": "俞大明", "key": key}, follow=True)
    assert "俞大明已任命" in answer.content.decode()


def test_a_used_form_with_another_name_is_shown_with_the_reason(office):
    key = key_of(office)
    post(office, key=key)()
    answer = post(office, key=key, name="俞大明")()
    form = answer.context["form"]
    assert (answer.status_code, form["name"].value(), opened()) == (200, "俞大明", (1, 1))
    assert form.non_field_errors() == ["此前已按当时提交的内容办理；这次提交的内容没有办理。"]
    assert answer.context["key"] != key
