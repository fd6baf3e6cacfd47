"""What leaves by e-mail and when: a person's own choice, one digest a day, quiet hours."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from notifications import kinds
from notifications.delivery import claim, deliver_due
from notifications.kinds import Group, Kind
from notifications.models import Delivery, Preferences
from notifications.workflow import announce, set_preferences
from tests.clock import freeze_time
from tests.factories import UserFactory, at

pytestmark = pytest.mark.django_db
NOON = at(2026, 11, 24, 12)  # a Tuesday
FRIDAY_NIGHT, MONDAY = at(2026, 11, 27, 20), at(2026, 11, 30, 8)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    for name, kind in {
        "money": Kind("%(n)s of money", Group.MONEY, outside=None),
        "star": Kind("%(n)s of stars", Group.STAR, outside=None),
        "red": Kind("%(n)s is red", Group.MONEY, outside=None, urgent=True),
        "password": Kind("%(n)s of passwords", Group.MONEY, outside=None, security=True),
    }.items():
        monkeypatch.setitem(kinds.KINDS, name, kind)


@pytest.fixture
def reader():
    return UserFactory(email="reader@example.org")


def choose(user, *, no_email=(), daily=()):
    set_preferences(user, no_email=no_email, daily=daily, sms=[])


def tell(user, *names):
    for number, name in enumerate(names, 1):
        announce([user.pk], name, n=number)


def sent(moment) -> list[str]:
    """The bodies of what leaves at this moment."""
    before = len(mail.outbox)
    with freeze_time(moment):
        deliver_due()
    return [message.body for message in mail.outbox[before:]]


def test_what_somebody_does_not_want_stays_in_the_bell_but_for_passwords(reader):
    choose(reader, no_email=[Group.MONEY])
    with freeze_time(NOON):
        tell(reader, "money", "star", "password")
    assert sent(NOON) == ["3 of passwords\n", "2 of stars\n"]
    assert reader.notices.count() == 3


def test_passwords_and_red_warnings_pass_a_long_queue(reader, settings):
    settings.MESSAGES_A_MINUTE = 1
    with freeze_time(NOON):
        tell(reader, "money", "star")
    soon = NOON + timedelta(minutes=1)
    with freeze_time(soon):
        tell(reader, "password", "red")
    assert [sent(soon) for _ in range(4)] == [["1 of passwords\n"], ["2 is red\n"], ["1 of money\n"], ["2 of stars\n"]]


def test_one_digest_a_day_and_what_is_urgent_beside_it(reader):
    choose(reader, daily=[Group.MONEY])
    with freeze_time(NOON):
        tell(reader, "money", "money", "red", "password")
    assert sent(NOON) == ["3 is red\n", "4 of passwords\n"]
    with freeze_time(at(2026, 11, 25, 7)):
        tell(reader, "money")
    assert sent(at(2026, 11, 25, 7, 59)) == []
    assert sent(at(2026, 11, 25, 8)) == ["1 of money\n\n2 of money\n\n1 of money\n"]
    assert mail.outbox[-1].subject == "有3条新通知"
    assert sent(at(2026, 11, 26, 8)) == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_at_night_and_on_days_off_only_red_and_passwords_leave(reader):
    with freeze_time(FRIDAY_NIGHT):
        tell(reader, "star", "red", "password")
    assert sent(FRIDAY_NIGHT) == ["2 is red\n", "3 of passwords\n"]
    assert sent(at(2026, 11, 29, 12)) == []
    assert sent(MONDAY) == ["1 of stars\n"]


def test_a_retry_waits_for_the_morning_too(reader):
    with freeze_time(at(2026, 11, 24, 19, 59, 30)):
        tell(reader, "star")
        assert claim() != []  # and the worker is gone
    assert sent(at(2026, 11, 24, 20, 5)) == []
    assert sent(at(2026, 11, 25, 8)) == ["1 of stars\n"]


def test_of_a_digest_only_the_first_row_is_claimed(reader):
    choose(reader, daily=[Group.STAR])
    with freeze_time(NOON):
        tell(reader, "star", "star")
    with freeze_time(at(2026, 11, 25, 8)):
        assert [len(claim()), len(claim())] == [2, 0]


def test_the_page_keeps_what_was_chosen(client, reader):
    client.force_login(reader)
    address = reverse("own_notifications")
    page = client.get(address)
    assert {field.initial for field in page.context["form"].fields.values()} == {"at_once"}
    assert page.context.get("mobile_form") is None
    given = dict.fromkeys(page.context["form"].fields, "at_once")
    client.post(address, given | {"email_star": "daily", "email_money": "never"})
    kept = Preferences.objects.get(user=reader)
    assert (kept.daily, kept.no_email) == (["star"], ["money"])
    refused = client.post(address, given | {"email_star": "hourly"})
    assert refused.context["form"].errors.keys() == {"email_star"}
    assert Preferences.objects.get(user=reader).daily == ["star"]
    without_gateway = client.post(reverse("mobile_code_send"), {"mobile": "13800005721"})
    assert without_gateway.context["mobile_form"].errors.keys() == {"mobile"}
