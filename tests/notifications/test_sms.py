"""Short messages against a real receiver: what the gateway's file describes, the cap, verified numbers."""

import hashlib
import hmac
import json
import re
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext_lazy
from openpyxl import load_workbook

from accounts.roles import Role
from notifications import kinds
from notifications.delivery import claim, deliver_due, dismiss_unreachable
from notifications.kinds import Group, Kind
from notifications.models import Delivery, MobileCode, Preferences, SmsDay
from notifications.sms.gateway import Undescribed, read
from notifications.sms.sending import send_deliveries
from notifications.workflow import announce
from tests.clock import freeze_time
from tests.factories import UserFactory, at, person
from tests.notifications.receiver import nothing, receiving, status

pytestmark = pytest.mark.django_db
NOON = at(2026, 11, 24, 12)  # a Tuesday
MOBILE = "13800005721"
TAKEN = status(200, b'{"code": 0}')
REFUSED = status(200, b'{"code": 7}')
DESCRIBED = {
    "fields": {"mobile": "{mobile}", "content": "{text}", "id": "{id}", "ts": "{seconds}", "sign": "{signature}"},
    "signature": {"of": "{mobile}{text}{seconds}", "method": "hmac-sha256"},
    "secret": "s3cret",
    "success": {"field": "code", "equals": "0"},
    "a_day": 3,
}


@pytest.fixture(autouse=True)
def kinds_of_tests(settings, monkeypatch):
    settings.SITE_URL = "https://px.example.gov.cn"
    words = ngettext_lazy("%(count)s policy or fund is in effect", "%(count)s policies or funds are in effect", "count")
    monkeypatch.setitem(kinds.KINDS, "tested", Kind("%(unit)s owes", Group.MONEY, outside=words, until="until"))
    monkeypatch.setitem(kinds.KINDS, "red", Kind("%(unit)s owes", Group.MONEY, outside=words, urgent=True))
    monkeypatch.setitem(kinds.KINDS, "inner", Kind("%(unit)s lost", Group.MONEY, outside=None))


@pytest.fixture
def gateway(settings, tmp_path):
    def described(receiver, **other):
        file = tmp_path / "sms.json"
        file.write_text(json.dumps(DESCRIBED | {"address": receiver.url("/send")} | other))
        settings.SMS_GATEWAY = read(str(file))

    return described


def reader(**other):
    user = UserFactory(email="")
    values = {"mobile": MOBILE, "mobile_verified_at": timezone.now(), "sms": [Group.MONEY]}
    Preferences.objects.create(user=user, **(values | other))
    return user


def tell(user, *names, **params):
    for number, name in enumerate(names):
        announce([user.pk], name, link=f"/applications/{number}/", unit="沙溪村", **params)


def test_a_short_message_is_signed_and_says_counts_alone(gateway):
    with receiving(TAKEN) as receiver, freeze_time(NOON):
        gateway(receiver)
        tell(reader(), "tested", "inner", until="2026-12-03")
        tell(reader(sms=[]), "tested")
        tell(reader(mobile="", mobile_verified_at=None), "tested")
        assert (deliver_due(), deliver_due()) == (1, 0)
    (got,) = receiver.got
    text = "【评星晋级】有1项政策或资金已生效（2026年12月3日前）。请登录查看：https://px.example.gov.cn/bell/"
    seconds = str(int(NOON.timestamp()))
    sign = hmac.new(b"s3cret", f"{MOBILE}{text}{seconds}".encode(), hashlib.sha256).hexdigest()
    row = Delivery.objects.get(channel="sms")
    assert dict(parse_qsl(got.body.decode())) == {
        "mobile": MOBILE,
        "content": text,
        "id": f"delivery-{row.pk}",
        "ts": seconds,
        "sign": sign,
    }
    assert row.state == "sent"


@pytest.mark.parametrize("sent_as", ["GET", "json"])
def test_the_other_ways_to_send(gateway, sent_as):
    with receiving(TAKEN) as receiver, freeze_time(NOON):
        gateway(receiver, **({"method": "GET"} if sent_as == "GET" else {"sent_as": "json"}))
        tell(reader(), "tested")
        deliver_due()
    (got,) = receiver.got
    said = dict(parse_qsl(urlsplit(got.path).query)) if sent_as == "GET" else got.json
    assert (said["mobile"], said.keys()) == (MOBILE, DESCRIBED["fields"].keys())


def test_what_waited_for_the_morning_is_one_message_and_red_does_not_wait(gateway):
    night, morning = at(2026, 11, 27, 21), at(2026, 11, 30, 8)
    with receiving(TAKEN) as receiver:
        gateway(receiver)
        with freeze_time(night):
            tell(reader(), "tested", "tested", "red")
            assert deliver_due() == 1
        with freeze_time(morning):
            assert (deliver_due(), deliver_due()) == (1, 0)
    assert "有2项" in dict(parse_qsl(receiver.got[1].body.decode()))["content"]


def test_red_is_a_message_of_its_own_and_the_first(gateway):
    claimed = []
    with receiving() as receiver, freeze_time(NOON):
        gateway(receiver)
        tell(reader(), "tested", "red")
        while bundle := claim():
            claimed.append([bundle[0].channel, *(one.notice.kind for one in bundle)])
    assert [kinds for channel, *kinds in claimed if channel == "sms"] == [["red"], ["tested"]]


def test_what_the_gateway_does_not_take_is_tried_again(gateway):
    with receiving(REFUSED, status(500), TAKEN) as receiver:
        gateway(receiver)
        with freeze_time(NOON):
            tell(reader(), "tested")
            assert (deliver_due(), deliver_due()) == (1, 0)
        with freeze_time(NOON + timedelta(minutes=1)):
            assert (deliver_due(), deliver_due()) == (1, 0)
        with freeze_time(NOON + timedelta(minutes=11)):
            assert deliver_due() == 1
    assert [Delivery.objects.get(channel="sms").state, len(receiver.got)] == ["sent", 3]


@pytest.mark.parametrize("code", [408, 502, 504])
def test_what_a_proxy_answers_leaves_the_outcome_unknown(gateway, code):
    with receiving(status(code), TAKEN) as receiver:
        gateway(receiver)
        with freeze_time(NOON):
            tell(reader(), "tested")
            deliver_due()
        with freeze_time(NOON + timedelta(minutes=11)):
            assert deliver_due() == 0
    assert [Delivery.objects.get(channel="sms").state, len(receiver.got)] == ["unknown", 1]


def test_over_the_cap_it_waits_for_the_next_working_day(gateway):
    with receiving(TAKEN) as receiver:
        gateway(receiver)
        with freeze_time(NOON):
            for _one in range(5):
                tell(reader(), "tested")
            assert deliver_due() == 3
        with freeze_time(at(2026, 11, 25, 8)):
            assert deliver_due() == 2
    assert list(SmsDay.objects.order_by("day").values_list("sent", flat=True)) == [3, 2]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "sms.example"}, "address"),
        ({"address": "https://{mobile}.example/"}, "address"),
        ({"address": "https://sms.example:65536/"}, "address: expected a port"),
        ({"fields": {"mobile": "{mobile}"}}, "{text}"),
        ({"fields": {"a": "{mobile}{text}{mobile.__class__}"}}, "fields"),
        ({"fields": {"a": "{mobile}{text"}}, "fields"),
        ({"signature": None}, "signature"),
        ({"success": {}}, "success"),
        ({"a_day": 0}, "a_day"),
        ({"method": "PUT"}, "method"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_description_is_refused_without_its_secret(tmp_path, wrong, said):
    file = tmp_path / "sms.json"
    file.write_text(json.dumps(DESCRIBED | {"address": "https://sms.example/"} | wrong))
    with pytest.raises(Undescribed) as refused:
        read(str(file))
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def code_in(receiver) -> str:
    return re.search(r"\d{6}", dict(parse_qsl(receiver.got[-1].body.decode()))["content"])[0]


def test_a_number_counts_once_its_code_was_typed(client, gateway):
    user = UserFactory()
    client.force_login(user)
    send, confirm = reverse("mobile_code_send"), reverse("mobile_confirm")
    with receiving(TAKEN) as receiver:
        gateway(receiver, a_day=50)
        with freeze_time(NOON):
            assert client.post(send, {"mobile": "0575-85001208"}).context["mobile_form"].errors
            assert client.post(send, {"mobile": "138 0000 5721"}).status_code == 302
            code = code_in(receiver)
            assert code not in str(MobileCode.objects.values())
            assert client.post(send, {"mobile": MOBILE}).context["mobile_form"].errors  # too soon
        with freeze_time(NOON + timedelta(minutes=11)):
            assert client.post(confirm, {"code": code}).status_code == 200
            client.post(send, {"mobile": MOBILE})
            code = code_in(receiver)
            assert client.post(confirm, {"code": f"{(int(code) + 1) % 10**6:06}"}).status_code == 200
            assert not Preferences.objects.get(user=user).mobile
            assert client.post(confirm, {"code": code}).status_code == 302
            assert Preferences.objects.get(user=user).mobile == MOBILE
            assert client.post(confirm, {"code": code}).status_code == 200  # it opens nothing twice
            client.post(reverse("mobile_forget"))
            assert not Preferences.objects.get(user=user).mobile
        assert len(receiver.got) == 2


def test_codes_are_limited_by_guesses_and_by_day(client, gateway):
    client.force_login(UserFactory())
    send, confirm = reverse("mobile_code_send"), reverse("mobile_confirm")
    with receiving(TAKEN) as receiver:
        gateway(receiver, a_day=50)
        for minute in range(7):
            with freeze_time(NOON + timedelta(minutes=2 * minute)):
                client.post(send, {"mobile": MOBILE})
        assert len(receiver.got) == 5
        code = code_in(receiver)
        with freeze_time(NOON + timedelta(minutes=9)):
            for guess in range(5):
                client.post(confirm, {"code": f"{(int(code) + 1 + guess) % 10**6:06}"})
            assert client.post(confirm, {"code": code}).status_code == 200
    assert not Preferences.objects.get().mobile


def test_a_worker_that_dies_in_a_try_leaves_an_unknown_outcome_and_nothing_is_sent_again(gateway):
    with receiving(TAKEN) as receiver:
        gateway(receiver)
        with freeze_time(NOON):
            tell(reader(), "tested")
            dismiss_unreachable()
            bundle = claim()
            send_deliveries(bundle)  # and here it dies
            assert deliver_due() == 0
        with freeze_time(NOON + timedelta(minutes=6)):
            assert deliver_due() == 0
        row = Delivery.objects.get(channel="sms")
        assert (row.state, row.get_state_display(), len(receiver.got)) == ("unknown", "结果不明", 1)
        with freeze_time(NOON + timedelta(days=7)):
            assert deliver_due() == 0
    assert len(receiver.got) == 1


def test_without_an_answer_nobody_knows_and_it_is_not_sent_again(gateway, settings):
    settings.ROBOT_SECONDS = 0.2
    with receiving(nothing) as receiver:
        gateway(receiver)
        with freeze_time(NOON):
            tell(reader(), "tested")
            assert deliver_due() == 1
        with freeze_time(NOON + timedelta(days=1)):
            assert deliver_due() == 0
    assert (Delivery.objects.get(channel="sms").state, len(receiver.got)) == ("unknown", 1)


def test_the_log_of_short_messages_is_for_who_runs_the_system(client, gateway):
    with receiving(REFUSED) as receiver, freeze_time(NOON):
        gateway(receiver)
        tell(reader(), "tested")
        deliver_due()
        client.force_login(person(Role.SYSADMIN, "3306"))
        page = client.get(reverse("sms_log")).content.decode()
        assert "138****5721" in page
        assert MOBILE not in page
        book = load_workbook(BytesIO(b"".join(client.get(reverse("sms_log"), {"as": "xlsx"}).streaming_content)))
        cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]
        assert ("138****5721" in cells, [cell for cell in cells if MOBILE in cell]) == (True, [])
        client.force_login(person(Role.COUNTY_OFFICE, "330624"))
        assert client.get(reverse("sms_log")).status_code == 404
