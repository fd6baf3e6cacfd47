from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from notifications import kinds
from notifications.delivery import WAITS, deliver_due
from notifications.kinds import Group, Kind
from notifications.models import Delivery
from notifications.workflow import announce
from tests.clock import freeze_time
from tests.factories import UserFactory, at

pytestmark = pytest.mark.django_db
MORNING = at(2026, 11, 24, 9)  # a Tuesday


class BrokenBackend(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("no mail server")


class SlowBackend(EmailBackend):
    """It takes two minutes of the frozen clock."""

    def send_messages(self, messages):
        self.clock.shift(timedelta(minutes=2))
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "tested", Kind("%(unit)s: tested", Group.ACCOUNT, outside=None))
    with freeze_time(MORNING):
        yield


def tell(user):
    announce([user.pk], "tested", unit="沙溪村", link="/applications/7/")


def test_a_notice_goes_out_once(settings):
    settings.SITE_URL = "https://example.org"
    tell(UserFactory(email="filler@example.org"))
    assert (deliver_due(), deliver_due()) == (1, 0)
    (message,) = mail.outbox
    assert (message.to, message.subject, message.body) == (
        ["filler@example.org"],
        "沙溪村: tested",
        "沙溪村: tested\n\nhttps://example.org/applications/7/\n",
    )
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (Delivery.State.SENT, 1)
    assert message.extra_headers["Message-ID"].startswith(f"<delivery-{delivery.pk}@")


def test_of_the_demonstration_it_says_so(settings):
    settings.DEMO = True
    tell(UserFactory(email="filler@example.org"))
    deliver_due()
    assert mail.outbox[0].subject.endswith(" 沙溪村: tested")
    assert mail.outbox[0].subject != "沙溪村: tested"


def test_people_without_an_address_have_the_bell():
    tell(UserFactory(email=""))
    assert deliver_due() == 0
    assert Delivery.objects.get().state == Delivery.State.FAILED


def test_what_is_more_than_the_minute_allows_waits_for_the_next(settings):
    settings.MESSAGES_A_MINUTE = 2
    for name in ("a", "b", "c"):
        tell(UserFactory(email=f"{name}@example.org"))
    assert (deliver_due(), deliver_due(), deliver_due()) == (2, 1, 0)


def test_a_queue_that_lasts_into_the_night_waits_for_the_morning():
    evening, morning = at(2026, 11, 27, 19, 59), at(2026, 11, 30, 8)
    with freeze_time(evening):
        tell(UserFactory(email="filler@example.org"))
    for moment, tries in ((evening + timedelta(minutes=1), 0), (morning, 1)):
        with freeze_time(moment):
            assert deliver_due() == tries


def test_a_run_that_lasts_into_the_night_ends_there(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.SlowBackend"
    with freeze_time(at(2026, 11, 27, 19, 59)) as clock:
        monkeypatch.setattr(SlowBackend, "clock", clock, raising=False)
        for name in ("a", "b"):
            tell(UserFactory(email=f"{name}@example.org"))
        assert deliver_due() == 1


def test_a_red_warning_that_failed_at_night_is_tried_again_at_night(settings, monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "tested", Kind("%(unit)s: tested", Group.STAR, outside=None, urgent=True))
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    night = at(2026, 11, 27, 23)
    with freeze_time(night):
        tell(UserFactory(email="filler@example.org"))
    for moment in (night, night + WAITS[0]):
        with freeze_time(moment):
            assert deliver_due() == 1


def test_a_failing_server_is_tried_again_later_and_at_last_given_up(settings):
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    tell(UserFactory(email="filler@example.org"))
    now = timezone.now()
    for wait in [*WAITS, timedelta(0)]:
        with freeze_time(now):
            assert (deliver_due(), deliver_due()) == (1, 0)
        now += wait
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (Delivery.State.FAILED, len(WAITS) + 1)
    assert delivery.error == "ConnectionRefusedError: no mail server"
