"""The case behind an event: its papers, the person concerned, and requests of programs that are sent twice."""

from datetime import date, timedelta
from importlib import import_module

import pgtrigger
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.roles import Role
from followups.models import FollowUp
from notifications.models import Notice
from ratings.models import Event, EventFile, EventPerson, StarPeriod
from ratings.register.rerating import rerate
from records.audit import acting
from records.idempotency import forget_old
from records.models import IdempotentAnswer
from tests.built_once import built_once
from tests.clients import api_of
from tests.clock import freeze_time
from tests.concurrency import at_once
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    person,
)
from tests.form_steps import looked, recorded
from tests.small_files import PNG

pytestmark = [pytest.mark.django_db, pytest.mark.urls("config.urls"), pytest.mark.usefixtures("rated")]
CASE = {"kind": "case_opened", "on": "2026-06-01", "source": "新纪〔2026〕3号"}


NOW = "2026-06-15 10:00:00+08:00"


@built_once(at=NOW)
def rated(db):
    SchemeFactory(year=2026)
    for code, name in ((COUNTY, "新昌县"), (TOWNSHIP, "沙溪镇"), (VILLAGE, "沙溪村")):
        UnitFactory(code=code, name=name)
    DecisionFactory(unit_id=VILLAGE, star=4)
    rerate("")


@pytest.fixture(autouse=True)
def _today(settings, tmp_path):
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path
    with freeze_time(NOW):
        yield


@pytest.fixture
def discipline():
    return person(Role.DISCIPLINE, COUNTY)


def read(client, user, address):
    client.force_login(user)
    return client.get(address)


def test_who_answers_by_when_and_whom_it_concerns(client, discipline):
    client.force_login(discipline)
    page = reverse("event_record", args=[VILLAGE])
    given = CASE | {
        "accountable": TOWNSHIP,
        "rectify_within": "15",
        "checker": "county",
        "person": "王某",
        "post": "会计",
    }
    assert looked(client, page, given | {"checker": "township"}).context["form"].errors.keys() == {"checker"}
    answer = recorded(client, page, given)
    event = Event.objects.get()
    assert (event.accountable_id, event.rectify_within, event.checker) == (TOWNSHIP, 15, "county")
    assert "王某" in client.get(answer.url).content.decode()
    exported = client.get(reverse("events"), {"format": "xlsx"})
    assert (EventPerson.objects.get().post, "王某".encode() in exported.content) == ("会计", False)
    signer = read(client, person(Role.SIGNER, VILLAGE), answer.url).content.decode()
    assert ["15个工作日" in signer, "王某" in signer, "会计" in signer] == [True, False, False]


def test_the_person_is_encrypted_at_rest(client, discipline, settings):
    client.force_login(discipline)
    given = CASE | {"person": "王某", "post": "会计"}
    page = recorded(client, reverse("event_record", args=[VILLAGE]), given).url
    with connection.cursor() as cursor:
        cursor.execute(
            "select p::text from ratings_eventperson p union all select h::text from ratings_eventpersonevent h"
        )
        kept = "".join(text for (text,) in cursor.fetchall())
    assert ["王某" in kept, "会计" in kept] == [False, False]
    assert "王某 · 会计" in client.get(page).content.decode()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert EventPerson.objects.get().in_words == "王某 · 会计"
    settings.SECRET_KEY_FALLBACKS = []
    client.force_login(discipline)
    assert "密钥更换后无法读取" in client.get(page).content.decode()


def test_persons_are_encrypted_anew_after_the_key_was_read(client, discipline, settings, capsys):
    client.force_login(discipline)
    page = recorded(client, reverse("event_record", args=[VILLAGE]), CASE | {"person": "王某", "post": "会计"}).url
    before, old = EventPerson.objects.get(), settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [old], "another key"
    call_command("encrypt_anew")
    assert "persons named in events: 1\n" in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = []
    client.force_login(discipline)
    assert "王某 · 会计" in client.get(page).content.decode()
    after = EventPerson.objects.get()
    assert (before.encrypted_at, after.encrypted_at) == (None, timezone.now())
    last = EventPerson.pgh_event_model.objects.order_by("pk").last()
    assert (last.pgh_label, last.pgh_context["verb"], last.encrypted_at) == (
        "update",
        "encrypt_persons_anew",
        after.encrypted_at,
    )
    later = timezone.now() + timedelta(hours=1)
    for verb, changed in (
        ("record_event", {"name_encrypted": "x", "encrypted_at": later}),
        ("encrypt_persons_anew", {"name_encrypted": "x"}),
        ("encrypt_persons_anew", {"at": later, "encrypted_at": later}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), acting(None, verb):
            EventPerson.objects.update(**changed)
    settings.SECRET_KEY = "a third key"
    with pytest.raises(CommandError, match="they stay as they are: persons named in events: 1$"):
        call_command("encrypt_anew")


def test_persons_recorded_before_are_encrypted(discipline):
    event = EventFactory(unit_id=VILLAGE)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ratings_eventperson (event_id, name_encrypted, post_encrypted, by_id, at) "
            "values (%s, '王某', '', %s, %s)",
            [event.pk, discipline.pk, now],
        )
    encrypt_persons = import_module("ratings.migrations.0008_encrypt_event_persons").encrypt_persons
    with pgtrigger.ignore("ratings.EventPerson:person_is_encrypted_anew_alone"):
        encrypt_persons(apps, None)
    one = EventPerson.objects.get()
    assert (one.name, one.post, one.name_encrypted != one.name) == ("王某", "", True)


def test_what_is_rectified_already_acts_up_to_the_day_given(client, discipline):
    client.force_login(discipline)
    address, given = reverse("event_record", args=[VILLAGE]), CASE | {"closed": "2026-06-10"}
    for wrong in ({"closed": "2026-05-31"}, {"closed": "2026-06-16"}, {"rectify_within": "5"}):
        assert looked(client, address, given | wrong).context["form"].errors.keys() == {"closed"}
    page = client.post(address, given | {"look": "1"})
    assert "自2026年6月1日至2026年6月10日" in page.content.decode()
    assert recorded(client, address, given).status_code == 302
    event = Event.objects.get()
    assert (event.closed, event.closed_by) == (date(2026, 6, 10), discipline)
    assert not FollowUp.objects.filter(kind="rectification").exists()
    assert [StarPeriod.objects.on(day).get().star for day in (event.on, event.closed, date(2026, 6, 11))] == [3, 3, 4]
    program = api_of(discipline)
    told = CASE | {"unit": VILLAGE, "source": "二", "closed": "2026-06-12"}
    assert program.post("/api/v1/events/", told, format="json").json()["closed"] == "2026-06-12"
    refused = program.post("/api/v1/events/", told | {"source": "三", "closed": "2026-06-30"}, format="json")
    assert (refused.status_code, refused.json()["problems"].keys()) == (400, {"closed"})


def test_closing_on_another_day_is_shown_before_it_is_done(client, discipline):
    event = EventFactory(unit_id=VILLAGE, kind="case_opened", on=date(2026, 6, 1))
    rerate("")
    client.force_login(discipline)
    page = client.get(reverse("event", args=[event.pk]))
    sent = {"key": page.context["keys"]["close"], "looked": "2026-06-15", "on": "2026-06-10", "reason": "已整改"}
    assert "2026年6月16日" in page.content.decode()
    page = client.post(reverse("event_close", args=[event.pk]), sent)
    assert (page.status_code, page.context["closing"], "2026年6月11日" in page.content.decode()) == (
        200,
        date(2026, 6, 10),
        True,
    )
    assert [str(one) for one in page.context["messages"]] == ["还没有销号：请先看按您所选日期星级怎样变动，再点销号。"]
    event.refresh_from_db()
    assert event.closed is None
    sent |= {"key": page.context["keys"]["close"], "looked": "2026-06-10"}
    assert client.post(reverse("event_close", args=[event.pk]), sent).status_code == 302
    event.refresh_from_db()
    assert event.closed == date(2026, 6, 10)
    again = client.post(reverse("event_close", args=[event.pk]), sent, follow=True)
    assert [str(one).startswith("已整改销号") for one in again.context["messages"]][-1:] == [True]
    other = client.post(reverse("event_close", args=[event.pk]), sent | {"reason": "另一页"})
    assert (other.status_code, other.context["written"]) == (409, ["另一页"])


def test_papers_are_seen_by_those_they_are_for(client, discipline):
    event = EventFactory(unit_id=VILLAGE)
    attach = reverse("event_attach", args=[event.pk])
    client.force_login(discipline)
    for name, readers in (("通报.png", "all"), ("笔录.png", "commission")):
        sent = {"file": SimpleUploadedFile(name, PNG), "readers": readers}
        assert client.post(attach, sent).status_code == 302
    assert client.post(attach, {"file": SimpleUploadedFile("a.exe", b"MZ"), "readers": "all"}).status_code == 400
    shown, kept = EventFile.objects.order_by("commission")
    addresses = [reverse("event_file", args=[event.pk, paper.pk]) for paper in (shown, kept)]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    signer = person(Role.SIGNER, VILLAGE)
    assert [read(client, signer, address).status_code for address in addresses] == [200, 404]
    page = read(client, signer, reverse("event", args=[event.pk])).content.decode()
    assert ["通报.png" in page, "笔录.png" in page] == [True, False]
    assert client.post(attach, {"detach": shown.pk}).status_code == 404
    other = person(Role.DISCIPLINE, "330681", username="elsewhere")
    assert [read(client, other, address).status_code for address in addresses] == [404, 404]
    client.force_login(discipline)
    assert [client.post(attach, {"detach": shown.pk}).status_code for _click in range(2)] == [302, 302]
    assert list(EventFile.objects.all()) == [kept]


def test_a_request_sent_twice_is_answered_twice_and_done_once(discipline, settings):
    client = api_of(discipline)
    told = CASE | {"unit": VILLAGE, "held": True}

    def send(content, key):
        return client.post("/api/v1/events/", content, format="json", headers={"Idempotency-Key": key})

    first, second = send(told, "a"), send(dict(reversed(told.items())), "a")
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert Event.objects.count() == 1
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert send(told, "a").json() == first.json()
    assert send(told | {"on": "2026-06-02"}, "a").status_code == 422
    assert send(told, "b").status_code == 409  # another request: it is recorded already
    assert send(told | {"on": "2026-06-16"}, "c").status_code == 400
    assert send(told | {"on": "2026-06-02"}, "c").status_code == 201  # nothing was kept of the one refused
    assert send(told, "x" * 101).status_code == 400
    colleague = person(Role.DISCIPLINE, COUNTY, username="colleague")
    client.force_authenticate(colleague)
    assert send(told, "a").status_code == 409  # a key belongs to one user
    address = f"/api/v1/events/{first.json()['id']}/"
    assert client.post(f"{address}release/", {}, format="json").status_code == 200
    close = f"{address}close/"
    for _time in range(2):
        sent = {"on": "2026-06-10", "reason": "已整改"}
        answer = client.post(close, sent, format="json", headers={"Idempotency-Key": "d"})
        assert (answer.status_code, answer.json()["closed"]) == (200, "2026-06-10")
    Appointment.objects.filter(user=discipline).update(ends=date(2026, 6, 14))
    AppointmentFactory(user=discipline, unit=UnitFactory(code="330681"), role=Role.DISCIPLINE)
    client.force_authenticate(User.objects.get(pk=discipline.pk))
    assert send(told, "a").status_code == 404  # no longer in reach: not even the answer of then
    with freeze_time("2026-07-20 10:00:00+08:00"):
        forget_old()
        assert IdempotentAnswer.objects.count() == 0
    assert Event.objects.get(on=date(2026, 6, 1)).closed == date(2026, 6, 10)


@pytest.mark.django_db(transaction=True)
def test_a_request_sent_twice_at_once_is_done_once_and_answered_alike(discipline):
    person(Role.SIGNER, VILLAGE)
    told = CASE | {"unit": VILLAGE, "person": "王某"}

    def send(content, key):
        client = api_of(User.objects.get(pk=discipline.pk))
        return client.post("/api/v1/events/", content, format="json", headers={"Idempotency-Key": key})

    answers = at_once(*[lambda: send(told, "a")] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert [answer.json() for answer in answers] == [answers[0].json()] * 4
    assert (Event.objects.count(), EventPerson.objects.count(), Notice.objects.count()) == (1, 1, 1)
    others = at_once(*(lambda day=day: send(told | {"on": f"2026-06-0{day}"}, "b") for day in (2, 3)))
    assert sorted(answer.status_code for answer in others) == [201, 422]
    refused = at_once(*[lambda: send(told | {"on": "2026-06-16"}, "c")] * 2)
    assert [answer.status_code for answer in refused] == [400, 400]
