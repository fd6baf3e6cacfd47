"""Robots of work groups against a real receiver: signatures, retries, limits and ids (formats §8)."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.translation import ngettext_lazy

from accounts.roles import Role
from notifications import kinds
from notifications.kinds import Group, Kind
from notifications.models import Robot, RobotMessage
from notifications.robots import delivery
from notifications.robots.platforms import cut
from notifications.workflow import announce
from records.encrypting_anew import encrypt_anew
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, UnitFactory, at, person
from tests.notifications.receiver import OK, drip, errcode, hang_up, nothing, receiving, status

pytestmark = pytest.mark.django_db
NOON = at(2026, 11, 24, 12)  # a Tuesday


@pytest.fixture(autouse=True)
def on_loopback(settings, monkeypatch):
    settings.ROBOT_HOSTS = frozenset({"127.0.0.1"})
    settings.SITE_URL = "https://px.example.gov.cn"
    words = ngettext_lazy("%(count)s policy or fund is in effect", "%(count)s policies or funds are in effect", "count")
    monkeypatch.setitem(
        kinds.KINDS, "tested", Kind("%(unit)s owes %(count)s", Group.MONEY, outside=words, until="until")
    )
    monkeypatch.setitem(kinds.KINDS, "red", Kind("%(unit)s owes %(count)s", Group.MONEY, outside=words, urgent=True))
    monkeypatch.setitem(kinds.KINDS, "inner", Kind("%(unit)s lost its stars", Group.STAR, outside=None))


def robot(receiver, platform="webhook", unit=TOWNSHIP, **more) -> Robot:
    values = {"name": "镇工作群", "kinds": ["tested", "red", "inner"], "secret": "s3cret+/=", "address": receiver.url()}
    return Robot.objects.create(unit=UnitFactory(code=unit), platform=platform, **(values | more))


def tell(*users, kind="tested", unit=VILLAGE, **params):
    announce([user.pk for user in users], kind, link=f"/register/{unit}/", unit_code=unit, unit="沙溪村", **params)


def rounds(start, *steps: timedelta) -> list[int]:
    """The number of tries at the start and after each step."""
    tried = []
    for step in (timedelta(0), *steps):
        start += step
        with freeze_time(start):
            tried.append(delivery.deliver_due())
    return tried


def states() -> list[str]:
    return list(RobotMessage.objects.order_by("pk").values_list("state", flat=True))


def test_a_plain_webhook_is_signed_and_carries_its_id():
    filler = person(Role.FILLER, VILLAGE)
    with receiving() as receiver, freeze_time(NOON):
        robot(receiver)
        tell(filler, until="2026-12-03", count=9)
        assert (delivery.deliver_due(), delivery.deliver_due()) == (1, 0)
    (got,) = receiver.got
    message = RobotMessage.objects.get()
    assert got.json == {
        "id": str(message.delivery_id),
        "kind": "tested",
        "text": "【评星晋级】有1项政策或资金已生效（2026年12月3日前）。",
        "link": "https://px.example.gov.cn/bell/?group=money",
        "unit": TOWNSHIP,
        "at": message.created_at.isoformat(),
    }
    assert got.headers["X-Pingxing-Delivery"] == str(message.delivery_id)
    mac = hmac.new(b"s3cret+/=", got.body, hashlib.sha256).hexdigest()
    assert got.headers["X-Pingxing-Signature"] == f"sha256={mac}"
    assert states() == ["sent"]


def test_dingtalk_is_signed_anew_at_each_try():
    filler = person(Role.FILLER, VILLAGE)
    with receiving(errcode(310000), errcode(0)) as receiver:
        robot(receiver, "dingtalk")
        with freeze_time(NOON):
            tell(filler)
        assert rounds(NOON, timedelta(minutes=1)) == [1, 1]
    for moment, got in zip((NOON, NOON + timedelta(minutes=1)), receiver.got, strict=True):
        query = parse_qs(urlsplit(got.path).query)
        ms = int(moment.timestamp() * 1000)
        sign = hmac.new(b"s3cret+/=", f"{ms}\ns3cret+/=".encode(), hashlib.sha256).digest()
        assert query == {
            "access_token": ["abcdef"],
            "timestamp": [str(ms)],
            "sign": [base64.b64encode(sign).decode()],
        }
        assert not {"+", "/"} & set(got.path.partition("sign=")[2])
        assert got.json["msgtype"] == "markdown"
        assert got.json["markdown"]["text"] == (
            "【评星晋级】有1项政策或资金已生效。\n\n[请登录办理](https://px.example.gov.cn/bell/?group=money)"
        )
    assert states() == ["sent"]


def test_wecom_gets_at_most_4096_bytes_with_the_link():
    filler = person(Role.FILLER, VILLAGE)
    with receiving(errcode(0)) as receiver, freeze_time(NOON):
        robot(receiver, "wecom")
        tell(filler)
        delivery.deliver_due()
    assert receiver.got[0].json == {
        "msgtype": "markdown",
        "markdown": {
            "content": (
                "【评星晋级】有1项政策或资金已生效。\n[请登录办理](https://px.example.gov.cn/bell/?group=money)"
            )
        },
    }
    for text in ("评" * 2000, "a" + "星" * 2000, "ab" + "😀" * 2000):
        content = cut(text, "\n[请登录办理](https://px.example.gov.cn/bell/)", 4096)
        assert 4092 <= len(content.encode()) <= 4096
        assert content.endswith("…\n[请登录办理](https://px.example.gov.cn/bell/)")
    assert cut("评", "\nlink", 4096) == "评\nlink"


@pytest.mark.parametrize(
    ("platform", "answer", "problem"),
    [
        ("dingtalk", errcode(310000), "errcode"),
        ("dingtalk", OK, "no_errcode"),
        ("wecom", status(200, b'{"errcode": false}'), "errcode"),
        ("wecom", status(200, b'{"errcode": 1, "errmsg": "\\u0000 \\ud800"}'), "errcode"),
        ("dingtalk", status(200, b"\x00\xff"), "no_errcode"),
        ("webhook", status(500), "status"),
        ("webhook", status(302, Location="http://127.0.0.1:1/"), "redirect"),
        ("webhook", nothing, "timeout"),
        ("webhook", drip, "timeout"),
        ("webhook", hang_up, "broken"),
    ],
)
def test_what_is_not_taken_is_tried_five_more_times_under_one_id(settings, platform, answer, problem):
    settings.ROBOT_SECONDS = 0.3
    filler = person(Role.FILLER, VILLAGE)
    with receiving(answer) as receiver:
        robot(receiver, platform)
        with freeze_time(NOON):
            tell(filler)
        early = timedelta(seconds=1)
        waits = [step for wait in delivery.WAITS for step in (wait - early, early)]
        began = time.monotonic()
        assert rounds(NOON, *waits, timedelta(days=30)) == [1, *[0, 1] * 5, 0]
        assert time.monotonic() - began < 6 * 0.3 + 2
    message = RobotMessage.objects.get()
    assert (message.state, message.attempts, len(receiver.got)) == ("failed", 6, 6)
    assert {got.headers.get("X-Pingxing-Delivery") for got in receiver.got} <= {str(message.delivery_id), None}
    assert list(message.tries.values_list("problem", flat=True)) == [problem] * 6


@pytest.mark.parametrize("platform", ["webhook", "dingtalk"])
def test_what_was_taken_is_sent_once(platform):
    filler = person(Role.FILLER, VILLAGE)
    with receiving(errcode(0)) as receiver, freeze_time(NOON):
        robot(receiver, platform)
        tell(filler)
        assert [delivery.deliver_due() for _round in range(3)] == [1, 0, 0]
        assert len(receiver.got) == 1


def test_a_worker_killed_in_a_try_has_failed_in_it(monkeypatch):
    """It was written down before anything was sent: nobody repeats it before its time, and the id stays."""
    filler = person(Role.FILLER, VILLAGE)
    with receiving() as receiver:
        robot(receiver)
        with freeze_time(NOON):
            tell(filler)
            killed = delivery._claim()  # and the worker is gone
            assert delivery.deliver_due() == 0
        assert list(killed.message.tries.values_list("problem", flat=True)) == ["lost"]
        assert rounds(NOON + timedelta(minutes=1)) == [1]
        assert [got.headers["X-Pingxing-Delivery"] for got in receiver.got] == [str(killed.message.delivery_id)]
        with freeze_time(NOON):
            tell(filler)
            RobotMessage.objects.filter(state="waiting").update(attempts=5)
            delivery._claim()
        assert rounds(NOON + timedelta(days=1)) == [0]
    assert states() == ["sent", "failed"]


def test_twenty_a_minute_and_the_rest_in_one_digest():
    filler = person(Role.FILLER, VILLAGE)
    with receiving() as receiver:
        robot(receiver)
        robot(receiver, address=receiver.url("/other"), kinds=["red"])
        with freeze_time(NOON):
            for _one in range(25):
                tell(filler)
            tell(filler, kind="red")
        assert rounds(NOON, timedelta(seconds=59)) == [21, 0]
        first = [got for got in receiver.got if got.path != "/other"]
        assert len(first) == 20
        assert first[-1].json["kind"] == "digest"
        assert first[-1].json["text"].startswith("【评星晋级】")
        assert len({got.headers["X-Pingxing-Delivery"] for got in first}) == 20
        with freeze_time(NOON + timedelta(seconds=59)):
            tell(filler)
        assert rounds(NOON + timedelta(seconds=59), timedelta(seconds=1)) == [0, 1]
    kinds_sent = [got.json["kind"] for got in receiver.got]
    assert (kinds_sent.count("tested"), kinds_sent.count("digest"), kinds_sent.count("red")) == (20, 1, 1)
    assert sorted(set(states())) == ["bundled", "sent"]


def test_quiet_hours_hold_back_all_but_red_warnings():
    filler = person(Role.FILLER, VILLAGE)
    saturday = at(2026, 11, 28, 12)
    with receiving() as receiver:
        robot(receiver)
        robot(receiver, name="夜班群", quiet=False, kinds=["tested"])
        with freeze_time(saturday):
            tell(filler)
            tell(filler, kind="red")
        assert rounds(saturday, timedelta(days=1, hours=19, minutes=59), timedelta(minutes=1)) == [2, 0, 1]
    assert sorted(got.json["kind"] for got in receiver.got[:2]) == ["red", "tested"]


def test_a_robot_hears_its_own_people_and_what_may_leave():
    filler, office, other = (
        person(Role.FILLER, VILLAGE),
        person(Role.TOWNSHIP_OFFICE, TOWNSHIP),
        person(Role.FILLER, f"{COUNTY}109201"),
    )
    with receiving() as receiver, freeze_time(NOON):
        own, above = robot(receiver), robot(receiver, unit=COUNTY)
        robot(receiver, unit=f"{COUNTY}110")
        robot(receiver, active=False)
        robot(receiver, kinds=[])
        tell(filler, office, unit=VILLAGE)
        tell(filler, kind="inner")
        tell(other, unit=f"{COUNTY}109201")
        assert list(RobotMessage.objects.values_list("robot", "kind", "count").order_by("pk")) == [
            (above.pk, "tested", 1),
            (own.pk, "tested", 1),
            (above.pk, "tested", 1),
        ]
        delivery.deliver_due()
    assert all("沙溪" not in json.dumps(got.json, ensure_ascii=False) for got in receiver.got)
    assert len(receiver.got) == 3


def test_its_address_and_secret_are_written_anew_after_a_change_of_the_key(settings):
    values = {"unit": UnitFactory(code=TOWNSHIP), "platform": "webhook", "name": "群", "kinds": ["tested"]}
    one = Robot.objects.create(**values, address="https://robot.example.cn/send?access_token=abc", secret="s3cret")
    plain = Robot.objects.create(**values, address="https://robot.example.cn/plain")
    old = settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [old], "another key"
    assert encrypt_anew()["robots of work groups"] == (2, 0)
    settings.SECRET_KEY_FALLBACKS = []
    one, plain = Robot.objects.get(pk=one.pk), Robot.objects.get(pk=plain.pk)
    assert (one.address, one.secret) == ("https://robot.example.cn/send?access_token=abc", "s3cret")
    assert (plain.address, plain.secret_encrypted) == ("https://robot.example.cn/plain", "")
    settings.SECRET_KEY = "a third key"
    assert encrypt_anew()["robots of work groups"] == (0, 2)
