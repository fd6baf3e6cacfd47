"""Two workers at once, each with a connection of its own: every message leaves once."""

import threading
from collections import Counter
from urllib.parse import parse_qsl

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from notifications import kinds
from notifications.delivery import claim
from notifications.kinds import Group, Kind
from notifications.models import Preferences, Robot
from notifications.sms.gateway import Gateway
from notifications.tasks import deliver_due
from notifications.workflow import announce
from tests.clock import freeze_time
from tests.concurrency import while_it_waits
from tests.factories import TOWNSHIP, UnitFactory, at, person
from tests.notifications.receiver import receiving, status

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_one_worker_is_claiming_the_other_passes_over(monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "tested", Kind("tested", Group.MONEY, outside=None))
    with freeze_time(at(2026, 11, 24, 9)):
        announce([person(Role.TOWNSHIP_OFFICE, TOWNSHIP, email="office@example.org").pk], "tested")
        assert while_it_waits(claim, claim) == []


def test_two_workers_deliver_each_message_once(settings, monkeypatch):
    settings.ROBOT_HOSTS = frozenset({"127.0.0.1"})
    monkeypatch.setitem(kinds.KINDS, "tested", Kind("tested", Group.MONEY, outside="%(count)s"))
    monkeypatch.setitem(kinds.KINDS, "daily", Kind("daily", Group.STAR, outside="%(count)s"))
    user = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, email="office@example.org")
    Preferences.objects.create(
        user=user,
        sms=[Group.MONEY],
        daily=[Group.STAR],
        mobile="13800005721",
        mobile_verified_at=timezone.now(),
    )
    begin = threading.Barrier(2)

    def work() -> None:
        begin.wait(10)
        deliver_due()
        connection.close()

    with receiving(status(200, b"ok")) as receiver:
        settings.SMS_GATEWAY = Gateway(
            address=receiver.url("/sms"),
            fields={"mobile": "{mobile}", "text": "{text}", "id": "{id}"},
            success={"contains": "ok"},
            a_day=1000,
        )
        Robot.objects.create(
            unit=UnitFactory(code=TOWNSHIP), platform="webhook", name="群", kinds=["tested"], address=receiver.url()
        )
        for minute in range(8):
            with freeze_time(at(2026, 11, 24, 9, minute)):
                announce([user.pk], "tested", link=f"/applications/{minute}/")
                announce([user.pk], "daily", link=f"/applications/{minute}/")
        with freeze_time(at(2026, 11, 25, 8)):
            workers = [threading.Thread(target=work) for _worker in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(60)
    letters = Counter(message.extra_headers["Message-ID"] for message in mail.outbox)
    said = [dict(parse_qsl(got.body.decode()))["id"] for got in receiver.got if got.path == "/sms"]
    robots = [got.headers["X-Pingxing-Delivery"] for got in receiver.got if got.path != "/sms"]
    assert (len(letters), len(said), len(robots)) == (9, 8, 8)
    assert [len(mail.outbox), len(set(said)), len(set(robots))] == [9, 8, 8]
    assert sorted(message.subject for message in mail.outbox)[-1] == "有8条新通知"
