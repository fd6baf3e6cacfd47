"""Password resets by an office: the holder is notified, and for a village's signer the county is, too."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts import workflow
from accounts.models import UserEvent
from accounts.roles import Role
from notifications.models import Notice
from tests.clients import client_of
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def township():
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP, name="镇办")


@pytest.fixture
def county():
    return person(Role.COUNTY_OFFICE, COUNTY, name="县办")


def told():
    return sorted(Notice.objects.values_list("kind", "user__name"))


def page_of(user):
    client = client_of(user)
    return client.get(reverse("password_resets")).context["resets"]


def test_its_holder_is_told_and_of_a_signer_the_county_too(township, county):
    person(Role.COUNTY_OFFICE, "330681", name="别县")
    workflow.reset_password(person(Role.FILLER, VILLAGE, name="填报"), by=township)
    assert told() == [("password_reset", "填报")]
    workflow.reset_password(person(Role.SIGNER, VILLAGE, name="村主任"), by=township)
    assert told() == [("password_reset", "填报"), ("password_reset", "村主任"), ("signer_password_reset", "县办")]


def test_the_first_sign_in_says_so_and_later_ones_do_not(township):
    user = person(Role.FILLER, VILLAGE, username="filler")
    password = workflow.reset_password(user, by=township)
    client = Client()
    answer = client.post(reverse("account_login"), {"login": "filler", "password": password})
    text = user.notices.get().text
    assert "镇办" in text
    assert text in [str(message) for message in get_messages(answer.wsgi_request)]
    assert text in client.get("/", follow=True).content.decode()
    given = {"oldpassword": password, "password1": "Another-2026-pass", "password2": "Another-2026-pass"}
    assert client.post(reverse("account_change_password"), given).status_code == 302
    again = Client().post(reverse("account_login"), {"login": "filler", "password": "Another-2026-pass"})
    assert text not in [str(message) for message in get_messages(again.wsgi_request)]


def test_the_offices_above_see_who_made_which(township, county):
    signer = person(Role.SIGNER, VILLAGE, name="村主任")
    workflow.reset_password(signer, by=township)
    assert UserEvent.objects.filter(pgh_context__verb="accounts.reset_password").count() == 1
    for reader in (county, township):
        [row] = page_of(reader)
        assert (row.person, row.by, [post.unit_id for post in row.posts]) == (signer, township, [VILLAGE])
    assert page_of(person(Role.COUNTY_OFFICE, "330681")) == []
