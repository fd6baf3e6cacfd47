"""From a recorded event to its rectification: reported by the village, checked by somebody else, the star restored."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from followups import workflow as followups
from followups.history import history_of
from followups.models import FollowUp
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.events.rectification import RectificationOrder
from ratings.models import Event, EventFile, StarPeriod
from ratings.register.rerating import rerate
from ratings.workflow.event import close, record, release, reverse_effects
from records.refusals import NotAllowed
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    DecisionFactory,
    SchemeFactory,
    UnitFactory,
    person,
)
from tests.small_files import PNG

pytestmark = [pytest.mark.django_db, pytest.mark.urls("config.urls")]
DAY = date(2026, 6, 1)
NOW = "2026-06-15 10:00:00+08:00"


@pytest.fixture(autouse=True)
def clock(settings, tmp_path):
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path
    with freeze_time(NOW) as frozen:
        yield frozen


@built_once(at=NOW)
def who(db):
    SchemeFactory(year=2026)
    DecisionFactory(unit=UnitFactory(code=VILLAGE, name="沙溪村"), star=5)
    rerate("")

    return SimpleNamespace(
        village=UnitFactory(code=VILLAGE),
        township=UnitFactory(code=TOWNSHIP),
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        signer=person(Role.SIGNER, VILLAGE, username="signer"),
        office=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office"),
        county=person(Role.COUNTY_OFFICE, COUNTY, username="county"),
        discipline=person(Role.DISCIPLINE, COUNTY, username="discipline"),
    )


def recorded(who, checker="recorder", accountable=None, **more) -> Event:
    order = RectificationOrder(accountable or who.village, 10, checker)
    return record(Happening(who.village, "case_opened", DAY, rectification=order, **more), by=who.discipline)


def star():
    return StarPeriod.objects.on().get(unit=VILLAGE).star


def test_it_is_reported_sent_back_reported_again_and_accepted(who, clock):
    event = recorded(who)
    one = FollowUp.objects.get(kind="rectification")
    assert (one.text, one.checker_role) == ("沙溪村：整改2026年6月1日“村干部被立案审查”反映的问题", "discipline")
    photo = SimpleUploadedFile("台账.png", PNG)
    followups.report_progress(one, by=who.signer, report="已退款", files=[photo])
    for by in (who.signer, who.office, who.county):
        with pytest.raises(NotAllowed):
            followups.accept(one, by=by)
    followups.report_done(one, by=who.signer, report="账目重做")
    followups.send_back(one, by=who.discipline, reason="缺收据")
    followups.report_done(one, by=who.signer, report="收据已补")
    assert (star(), one.files.count()) == (3, 1)
    clock.move_to("2026-06-18 10:00:00+08:00")
    followups.accept(one, by=who.discipline)
    event.refresh_from_db()
    assert (event.closed, event.closed_by, event.rectification) == (date(2026, 6, 18), who.discipline, "收据已补")
    assert star() == 3
    clock.move_to("2026-06-19 00:20:00+08:00")
    rerate("")
    assert star() == 5
    assert [step.reason for step in history_of(one)] == ["", "已退款", "", "缺收据", "", ""]


@pytest.mark.parametrize(
    ("checker", "accountable", "reports", "checks"),
    [
        ("township", VILLAGE, "signer", "office"),
        ("county", TOWNSHIP, "office", "county"),
        ("recorder", COUNTY, "county", "discipline"),
    ],
)
def test_who_reports_and_who_checks(who, checker, accountable, reports, checks):
    event = recorded(who, checker, UnitFactory(code=accountable))
    one = FollowUp.objects.get(kind="rectification")
    followups.report_done(one, by=getattr(who, reports), report="已整改")
    with pytest.raises(NotAllowed):
        followups.accept(one, by=getattr(who, reports))
    followups.accept(one, by=getattr(who, checks))
    event.refresh_from_db()
    assert event.closed == date(2026, 6, 15)


def test_nobody_of_the_unit_closes_its_event_or_checks_what_was_rectified(client, who):
    AppointmentFactory(user=who.discipline, role=Role.SIGNER, unit=who.village, ends=date(2026, 5, 1))
    event = recorded(who, accountable=UnitFactory(code=TOWNSHIP))
    assert list(Notice.objects.filter(kind="unit_unattended").values_list("user", flat=True)) == [who.county.pk]
    one = FollowUp.objects.get(kind="rectification")
    followups.report_done(one, by=who.office, report="已整改")
    by = User.objects.get(pk=who.discipline.pk)
    with pytest.raises(NotAllowed):
        followups.accept(one, by=by)
    with pytest.raises(NotAllowed):
        close(event, on=date(2026, 6, 15), by=by, reason="已整改")
    assert not FollowUp.objects.waiting_for(by).exists()
    assert not Notice.objects.filter(user=by, kind="rectification.reported").exists()
    client.force_login(by)
    assert client.get(reverse("event", args=[event.pk])).context["may_close"] is False
    followups.accept(one, by=person(Role.DISCIPLINE, COUNTY))


def test_the_filler_reports_progress_and_the_signer_that_it_is_rectified(client, who):
    event = recorded(who)
    one = FollowUp.objects.get(kind="rectification")
    offered = {by: [step.verb for step in followups.available(by, one)] for by in (who.filler, who.signer)}
    assert offered == {
        who.filler: ["progress_followup", "hand_on_followup"],
        who.signer: ["progress_followup", "report_followup", "hand_on_followup"],
    }
    client.force_login(who.filler)
    assert reverse("followup", args=[one.pk]) in client.get(reverse("event", args=[event.pk])).content.decode()
    page = client.get(reverse("followup", args=[one.pk]))
    assert "请主要负责人报告整改完成" in page.content.decode()
    sent = {"report": "已退款", "files": SimpleUploadedFile("收据.png", PNG), "key": page.context["steps"][0].key}
    assert client.post(reverse("followup_step", args=[one.pk, "progress_followup"]), sent).status_code == 302
    with pytest.raises(NotAllowed):
        followups.report_done(one, by=who.filler, report="已整改")
    followups.report_done(one, by=who.signer, report="账目重做")
    assert [step.who for step in history_of(one)] == [str(by) for by in (who.discipline, who.filler, who.signer)]


def test_one_person_in_both_posts_of_the_village_reports_both(who):
    AppointmentFactory(user=who.filler, unit=who.village, role=Role.SIGNER)
    recorded(who)
    by = User.objects.get(pk=who.filler.pk)
    followups.report_done(FollowUp.objects.get(kind="rectification"), by=by, report="已整改")


def test_programs_attach_papers_report_and_check(who):
    event, client = recorded(who), APIClient()
    one = FollowUp.objects.get(kind="rectification")

    def call(by, method, address, sent=None, form="multipart", **headers):
        client.force_authenticate(by)
        answer = getattr(client, method)(f"/api/v1/{address}", sent, format=form, headers=headers)
        return answer.status_code, answer.json() if answer.headers.get("Content-Type") == "application/json" else None

    papers, address = f"events/{event.pk}/papers/", f"follow-ups/{one.pk}/"
    photo = lambda name: SimpleUploadedFile(name, PNG)  # noqa: E731
    for _time in range(2):
        sent = {"file": photo("通报.png"), "commission": False}
        assert call(who.discipline, "post", papers, sent, **{"Idempotency-Key": "a"})[0] == 201
    assert call(who.discipline, "post", papers, {"file": photo("笔录.png")})[0] == 201
    assert call(who.signer, "post", papers, {"file": photo("通报.png")})[0] == 404
    seen = {by: [paper["name"] for paper in call(by, "get", papers)[1]] for by in (who.discipline, who.signer)}
    assert seen == {who.discipline: ["通报.png", "笔录.png"], who.signer: ["通报.png"]}
    shown, kept = EventFile.objects.order_by("pk")
    assert [call(who.signer, "get", f"{papers}{paper.pk}/")[0] for paper in (shown, kept)] == [200, 404]
    assert [call(by, "delete", f"{papers}{kept.pk}/")[0] for by in (who.signer, who.discipline)] == [404, 204]

    assert [row["id"] for row in call(who.filler, "get", "follow-ups/?kind=rectification")[1]["results"]] == [one.pk]
    for _time in range(2):
        sent = {"report": "已退款", "files": [photo("收据一.png"), photo("收据二.png")]}
        code, told = call(who.filler, "post", f"{address}progress/", sent, **{"Idempotency-Key": "b"})
        assert (code, told["state"], len(told["files"])) == (200, "open", 2)
    sent |= {"files": [photo("收据三.png"), photo("收据二.png")]}
    assert call(who.filler, "post", f"{address}progress/", sent, **{"Idempotency-Key": "b"})[0] == 422
    assert call(who.discipline, "get", f"{address}files/{told['files'][0]['id']}/")[0] == 200
    said = {"report": "账目重做"}
    assert call(who.filler, "post", f"{address}report/", said, "json")[0] == 404
    assert call(who.signer, "post", f"{address}report/", said, "json")[1]["state"] == "reported"
    assert call(who.discipline, "post", f"{address}send-back/", {}, "json")[0] == 400
    back = {"reason": "缺收据", "due": "2026-07-31"}
    assert call(who.signer, "post", f"{address}send-back/", back, "json")[0] == 404
    told = call(who.discipline, "post", f"{address}send-back/", back, "json")[1]
    assert (told["state"], told["due_at"]) == ("open", "2026-08-01T00:00:00+08:00")
    assert call(who.signer, "post", f"{address}report/", said, "json")[0] == 200
    accepted = [call(who.discipline, "post", f"{address}accept/", {}, "json", **{"Idempotency-Key": "c"}) for _ in "ab"]
    assert [(code, told["state"], told["actions"]) for code, told in accepted] == [(200, "done", [])] * 2
    assert call(who.discipline, "post", f"{address}accept/", {}, "json")[0] == 409
    event.refresh_from_db()
    assert event.closed == date(2026, 6, 15)


def test_nobody_calls_it_off_while_the_event_is_not_rectified(who):
    recorded(who)
    one = FollowUp.objects.get(kind="rectification")
    for by in (who.office, who.county, who.discipline):
        assert "cancel_followup" not in {step.verb for step in followups.available(by, one)}
        with pytest.raises(NotAllowed):
            followups.cancel(one, by=by, reason="不必")


def test_nothing_is_due_while_it_is_held_once_it_is_closed_or_no_longer_counts(who):
    held = recorded(who, held=True)
    assert (FollowUp.objects.count(), Notice.objects.count()) == (0, 0)
    release(held, by=who.discipline)
    one = FollowUp.objects.get(kind="rectification")
    assert one.state == "open"
    close(held, on=date(2026, 6, 10), by=who.discipline, reason="书面报告已核查")
    one.refresh_from_db()
    assert (one.state, one.closed_by) == ("done", who.discipline)
    other = recorded(who, source="二")
    reverse_effects(other, document="复议1号", reason="认定有误", by=who.county)
    assert FollowUp.objects.get(kind="rectification", subject=other.pk).state == "cancelled"


def test_the_village_reports_and_the_commission_accepts_on_the_pages(client, who):
    event = recorded(who)
    one = FollowUp.objects.get(kind="rectification")
    client.force_login(who.signer)
    assert reverse("followup", args=[one.pk]) in client.get(reverse("event", args=[event.pk])).content.decode()
    page = client.get(reverse("followup", args=[one.pk]))
    keys = {taken.step.verb: taken.key for taken in page.context["steps"]}
    for verb in ("progress_followup", "report_followup"):
        sent = {"report": "已整改", "files": SimpleUploadedFile("现场.png", PNG), "key": keys[verb]}
        done = client.post(reverse("followup_step", args=[one.pk, verb]), sent)
        assert done.status_code == 302
        page = client.get(reverse("followup", args=[one.pk]))
        keys = {taken.step.verb: taken.key for taken in page.context["steps"]}
    assert keys == {}
    client.force_login(who.discipline)
    page = client.get(reverse("followup", args=[one.pk]))
    key = next(taken.key for taken in page.context["steps"] if taken.step.verb == "accept_followup")
    assert client.post(reverse("followup_step", args=[one.pk, "accept_followup"]), {"key": key}).status_code == 302
    event.refresh_from_db()
    assert event.closed == date(2026, 6, 15)
