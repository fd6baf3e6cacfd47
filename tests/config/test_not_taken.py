"""A form that its page cannot show again: the answer says why, keeps what was written, and leads on; a stranger learns
nothing from it."""

import pytest
from django.contrib.messages import get_messages

from accounts.roles import Role
from incentives import workflow
from records.previews import keep
from tests.clients import client_of
from tests.factories import COUNTY, TOWNSHIP, AppointmentFactory, person
from tests.incentives.conftest import draft_policy, make_county
from tests.markup import squeezed

pytestmark = pytest.mark.django_db
GONE = "您提交的事项已经不在了，或者已经不归您办理。什么都没有改动。"
WRITTEN = "请把第三条\n改一改"


@pytest.fixture
def policy(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    return draft_policy(make_county(), person(Role.FINANCE, COUNTY))


def said(answer) -> list[str]:
    return [str(one) for one in get_messages(answer.wsgi_request)]


def kept_in(answer) -> str:
    return squeezed(answer.text).partition("<blockquote>")[2].partition("</blockquote>")[0]


def test_a_stranger_finds_the_own_text_and_nothing_else(policy):
    stranger = client_of(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    sent = {"reason": WRITTEN, "choice": "give_opinion", "key": "a key"}
    there, made_up = (stranger.post(f"/policies/{pk}/step/take_back/", sent) for pk in (policy.pk, 987654321))
    assert (there.status_code, made_up.status_code) == (404, 404)
    assert kept_in(there) == kept_in(made_up) == "<p>请把第三条<br>改一改</p>"
    assert [GONE in there.text, "give_opinion" in there.text] == [True, False]
    assert there.context["on"] == made_up.context["on"] == "/"
    plain = stranger.post(f"/policies/{policy.pk}/step/take_back/")
    assert [plain.status_code, GONE in plain.text] == [404, False]


def test_who_was_shown_the_page_is_told_that_it_has_moved_on(policy):
    user = person(Role.FINANCE, COUNTY)
    sender = client_of(user)
    answer = sender.post("/policies/987654321/edit/", {"name": WRITTEN, "key": keep(user, "any", {})})
    assert [answer.status_code, kept_in(answer)] == [409, "<p>请把第三条<br>改一改</p>"]


def test_a_step_that_is_no_longer_the_readers_keeps_what_was_written(policy):
    office = person(Role.COUNTY_OFFICE, COUNTY)
    workflow.seek_opinion(policy, by=person(Role.FINANCE, COUNTY))
    desk = client_of(office)
    key = desk.get(f"/policies/{policy.pk}/").context["key"]
    office.appointments.all().delete()
    AppointmentFactory(role=Role.FINANCE, unit_id=COUNTY, user=office)
    answer = desk.post(f"/policies/{policy.pk}/step/give_opinion/", {"key": key, "agreed": "0", "opinion": WRITTEN})
    assert [answer.status_code, kept_in(answer)] == [409, "<p>请把第三条<br>改一改</p>"]
    assert answer.context["on"] == policy.get_absolute_url()


def test_a_refusal_that_no_page_takes_keeps_what_was_written(policy, settings):
    """Without a text it is said on the page before."""
    settings.ROOT_URLCONF = "tests.config.refusing_urls"
    sender = client_of(person(Role.FINANCE, COUNTY))
    before = {"headers": {"referer": "http://testserver/policies/"}}
    written, bare = (sender.post("/refusing/", sent, **before) for sent in ({"reason": WRITTEN}, {"choice": "7"}))
    assert [written.status_code, kept_in(written)] == [409, "<p>请把第三条<br>改一改</p>"]
    assert ['href="http://testserver/policies/"' in written.text, "晚了一步" in written.text] == [True, True]
    assert (bare.status_code, bare.url, said(bare)) == (302, "http://testserver/policies/", ["晚了一步"])


@pytest.mark.parametrize("path", ["/nothing/", "/api/v1/nothing/"])
def test_what_is_sent_to_no_address_at_all_is_not_read(client, path):
    assert client.post(path, b"no form", content_type="multipart/form-data").status_code == 404


def test_a_key_that_nobody_was_given_is_no_key(policy):
    answer = client_of(person(Role.FINANCE, COUNTY)).post("/policies/987654321/edit/", {"name": WRITTEN, "key": "\0"})
    assert [answer.status_code, kept_in(answer)] == [404, "<p>请把第三条<br>改一改</p>"]


def test_no_secret_is_shown_again(policy):
    sent = {"reason": WRITTEN, "new": "新 密码", "new_password": "又 一个", "secret": "密 钥"}
    answer = client_of(person(Role.FINANCE, COUNTY)).post("/policies/987654321/edit/", sent)
    assert answer.context["written"] == [WRITTEN]
