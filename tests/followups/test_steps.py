"""A follow-up's life: who may take which step, when, and who is told; it goes up when late and passes with post and
unit."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from accounts import prepared
from accounts.models import User
from accounts.roles import Role
from accounts.todo_list import todos_of
from accounts.workflow import Who, hand_over
from followups import kinds, workflow
from followups.due import working_days_due
from followups.history import history_of
from followups.kinds import FollowUpKind
from followups.models import FollowUp
from followups.offices import Office
from followups.workflow import Opening
from followups.workflow.handing_on import Assignee
from followups.workflow.passing import release_absent
from notifications import kinds as notice_kinds
from notifications.models import Notice
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, UnitFactory, at, person
from tests.small_files import PNG
from villages.workflow import OrderPaper, SplitPart, merge

pytestmark = pytest.mark.django_db
NOW = "2026-11-24 10:00+08:00"
NEXT_VILLAGE = f"{TOWNSHIP}205"


@pytest.fixture(autouse=True)
def clock():
    with freeze_time(NOW) as frozen:  # a Tuesday
        yield frozen


@pytest.fixture(scope="module", autouse=True)
def _kinds():
    """Kinds of our own, so that the tests stand whatever the apps register. Kept statements name the others."""
    prepared._statement.cache_clear()
    before, said = dict(kinds.KINDS), dict(notice_kinds.KINDS)
    kinds.register(
        mend=FollowUpKind("整改", "%(unit)s：整改%(what)s"),
        secret=FollowUpKind("内部", "%(unit)s：内部事项", needs=["ratings.record_event"]),
        settled=FollowUpKind("定夺", "%(unit)s：定夺", own_todo=True, own_steps=True),
    )
    yield
    for registry, was in ((kinds.KINDS, before), (notice_kinds.KINDS, said)):
        registry.clear()
        registry.update(was)
    prepared._statement.cache_clear()


@built_once(at=NOW)
def who(db):
    return SimpleNamespace(
        city=UnitFactory(code="3306"),
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        signer=person(Role.SIGNER, VILLAGE, username="signer"),
        office=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office"),
        leader=person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="leader"),
        county=person(Role.COUNTY_OFFICE, COUNTY, username="county"),
        discipline=person(Role.DISCIPLINE, COUNTY, username="discipline"),
        next_signer=person(Role.SIGNER, NEXT_VILLAGE, username="next_signer"),
    )


def opened(kind="mend", subject=1, checker=Office(TOWNSHIP, Role.TOWNSHIP_OFFICE), **given) -> FollowUp:  # noqa: B008
    unit = given.pop("unit", VILLAGE)
    responsible = given.pop("responsible", Office(VILLAGE, Role.SIGNER))
    params = {"what": "账目"} if kind == "mend" else {}
    return workflow.open_followup(
        Opening(kind, subject, UnitFactory(code=unit), responsible, working_days_due(5), "/", params, checker, **given),
        by=None,
    )


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def again(one: FollowUp) -> FollowUp:
    return FollowUp.objects.get(pk=one.pk)


def test_it_is_due_after_working_days(who):
    assert opened().due_at == at(2026, 12, 2)  # the fifth one after Tuesday, 24 November, is Tuesday; until 24:00
    assert working_days_due(1, date(2026, 11, 27)) == at(2026, 12, 1)


def test_one_subject_is_followed_up_once_until_it_is_closed(who):
    first = opened()
    assert opened() == first
    assert (told(who.signer), told(who.filler), told(who.office)) == (["mend.opened"], ["mend.opened"], [])
    workflow.finish("mend", [1], by=None)
    assert workflow.finish("mend", [1], by=None) == 0
    assert again(first).state == "done"
    assert opened() != first


def test_the_database_refuses_a_second_one_and_a_change_of_the_past(who):
    first = opened()
    first_closed = opened(subject=2)
    workflow.finish("mend", [2], by=None)
    for wrong in (
        lambda: FollowUp.objects.filter(pk=first_closed.pk).update(report="x"),
        lambda: FollowUp.objects.filter(pk=first.pk).update(subject="9"),
        lambda: FollowUp.objects.filter(pk=first.pk).delete(),
        lambda: FollowUp.objects.filter(pk=first.pk).update(checker_unit=VILLAGE, checker_role="signer"),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            wrong()
    second = FollowUp.objects.get(pk=first.pk)
    second.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save(force_insert=True)


def test_done_with_proof_checked_by_somebody_else(who):
    one = opened()
    assert [todo.title for todo in todos_of(who.signer)] == ["单位330624108204：整改账目"]
    with pytest.raises(Incomplete):
        workflow.report_done(one, by=who.signer, report=" ")
    workflow.report_done(one, by=who.filler, report="已公开", files=[SimpleUploadedFile("墙.png", PNG)])
    assert (again(one).state, again(one).files.get().file.name) == ("reported", "墙.png")
    assert told(who.office) == ["mend.reported"]
    for somebody in (who.signer, who.filler, who.leader, who.county, who.next_signer):
        with pytest.raises(NotAllowed):
            workflow.accept(one, by=somebody)
    workflow.accept(one, by=who.office)
    assert (again(one).state, again(one).closed_by, again(one).in_time) == ("done", who.office, True)
    assert told(who.signer)[-1] == "mend.accepted"
    with pytest.raises(WrongState):
        workflow.accept(one, by=who.office)
    assert [(step.who, step.state) for step in history_of(one)] == [
        ("", "待办理"),
        (who.filler.name, "待核实"),
        (who.office.name, "已办结"),
    ]


def test_nobody_checks_what_they_reported_themselves(who):
    person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="filler")
    one = opened()
    workflow.report_done(one, by=User.objects.get(pk=who.filler.pk), report="已公开")
    with pytest.raises(NotAllowed):
        workflow.accept(one, by=User.objects.get(pk=who.filler.pk))
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=one.pk).update(state="done", closed_by=who.filler, closed_at=at(2026, 11, 24))


def test_sent_back_with_a_reason_and_a_new_day(who, clock):
    one = opened()
    with pytest.raises(WrongState):
        workflow.send_back(one, by=who.office, reason="不全")
    workflow.report_done(one, by=who.signer, report="已公开")
    with pytest.raises(Incomplete):
        workflow.send_back(one, by=who.office, reason="")
    with pytest.raises(Incomplete):
        workflow.send_back(one, by=who.office, reason="不全", due_at=at(2026, 11, 24))
    workflow.send_back(one, by=who.office, reason="照片看不清", due_at=at(2026, 12, 9))
    assert (again(one).state, again(one).due_at) == ("open", at(2026, 12, 9))
    assert Notice.objects.filter(user=who.signer).latest("pk").text == (
        "已退回（照片看不清）：单位330624108204：整改账目。期限：2026年12月8日24时"
    )
    workflow.report_done(one, by=who.signer, report="补了照片")


@pytest.mark.parametrize("somebody", ["office", "county", "discipline", "leader", "next_signer"])
def test_only_the_responsible_office_reports_it_done(who, somebody):
    with pytest.raises(NotAllowed):
        workflow.report_done(opened(), by=getattr(who, somebody), report="已公开")


def test_nobody_checks_a_unit_of_their_own(who):
    person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="next_signer")
    filler = person(Role.FILLER, NEXT_VILLAGE, username="next_filler")
    one = opened(unit=NEXT_VILLAGE, responsible=Office(NEXT_VILLAGE, Role.SIGNER))
    workflow.report_done(one, by=filler, report="已公开")
    both = User.objects.get(pk=who.next_signer.pk)
    assert [len(todos_of(one)) for one in (who.office, both)] == [1, 0]
    with pytest.raises(NotAllowed):
        workflow.accept(one, by=both)
    workflow.accept(one, by=who.office)
    assert again(one).state == "done"


def test_without_a_checker_reported_is_done(who):
    one = workflow.report_done(opened(checker=None), by=who.signer, report="已公开")
    assert (one.state, one.closed_by) == ("done", who.signer)


def test_what_is_done_elsewhere_is_neither_reported_nor_cancelled_by_hand(who):
    one = opened("settled", checker=None)
    assert [step.verb for step in workflow.available(who.signer, one)] == ["hand_on_followup"]
    with pytest.raises(NotAllowed):
        workflow.report_done(one, by=who.signer, report="已定")
    with pytest.raises(NotAllowed):
        workflow.cancel(one, by=who.county, reason="不必")
    assert todos_of(who.signer) == []


def test_only_a_level_above_cancels_it_for_a_reason(who):
    own = opened(subject=2, responsible=Office(TOWNSHIP, Role.TOWNSHIP_OFFICE), checker=None)
    with pytest.raises(NotAllowed):
        workflow.cancel(own, by=who.office, reason="不必")
    with pytest.raises(Incomplete):
        workflow.cancel(own, by=who.county, reason=" ")
    workflow.cancel(own, by=who.county, reason="重复")
    assert again(own).state == "cancelled"
    assert told(who.office)[-1] == "mend.cancelled"


def test_handed_on_to_a_person_of_an_office_below(who):
    one = opened(responsible=Office(TOWNSHIP, Role.TOWNSHIP_LEADER), checker=None)
    offered = workflow.steps.assignees(one, who.leader)
    assert Assignee(TOWNSHIP, Role.TOWNSHIP_OFFICE) in offered
    assert Assignee(COUNTY, Role.COUNTY_OFFICE) not in offered
    with pytest.raises(NotAllowed):
        workflow.hand_on(one, Assignee(COUNTY, Role.COUNTY_OFFICE), by=who.leader)
    with pytest.raises(NotAllowed):
        workflow.hand_on(one, Assignee(NEXT_VILLAGE, Role.SIGNER), by=who.leader)
    workflow.hand_on(one, Assignee(VILLAGE, Role.SIGNER, who.signer.pk), by=who.leader, reason="请村里办")
    assert told(who.signer) == ["mend.handed_on"]
    with pytest.raises(NotAllowed):
        workflow.report_done(one, by=who.filler, report="已公开")
    with pytest.raises(NotAllowed):
        workflow.hand_on(one, Assignee(TOWNSHIP, Role.TOWNSHIP_LEADER), by=who.filler)
    workflow.report_done(one, by=who.signer, report="已公开")


def test_what_was_shown_is_what_is_accepted(who):
    one = opened()
    shown = workflow.standing_of(workflow.report_done(one, by=who.signer, report="已公开"))
    workflow.send_back(one, by=who.office, reason="不全")
    workflow.report_done(one, by=who.signer, report="另有说法")
    with pytest.raises(Outdated):
        workflow.accept(one, by=who.office, expected=shown)


def test_late_ones_go_up_at_once_and_after_five_working_days_again(who, clock):
    one = opened()
    for moment, expected in [
        ("2026-12-01 23:59+08:00", (0, None)),
        ("2026-12-02 00:00+08:00", (1, TOWNSHIP)),
        ("2026-12-08 10:00+08:00", (1, TOWNSHIP)),
        ("2026-12-09 10:00+08:00", (2, COUNTY)),
        ("2026-12-16 10:00+08:00", (3, "3306")),
        ("2027-02-16 10:00+08:00", (3, "3306")),
    ]:
        clock.move_to(moment)
        workflow.escalate_late()
        workflow.escalate_late()
        assert (again(one).escalation, again(one).escalated_to_id) == expected, moment
    assert told(who.office) == ["mend.late"]
    assert told(who.county) == ["mend.late"]
    assert told(who.signer) == ["mend.opened", *["mend.late"] * 3]


def test_what_waits_to_be_checked_is_not_late(who, clock):
    one = opened()
    workflow.report_done(one, by=who.signer, report="已公开")
    clock.move_to("2026-12-05 10:00+08:00")
    assert workflow.escalate_late() == 0
    assert again(one).is_late is False


def test_it_passes_on_with_the_post(who, clock):
    post = who.signer.appointments.get()
    one = opened(person=who.signer)
    successor = hand_over([post], Who("吕大力"), by=who.office, on=date(2026, 11, 24)).user
    assert again(one).person == successor
    clock.move_to("2026-11-25 10:00+08:00")
    with pytest.raises(NotAllowed):
        workflow.report_done(one, by=User.objects.get(pk=who.signer.pk), report="已公开")
    workflow.report_done(one, by=User.objects.get(pk=successor.pk), report="已公开")


def test_without_a_successor_the_office_is_responsible_again(who, clock):
    one = opened(person=who.signer)
    assert release_absent() == 0
    who.signer.appointments.update(ends=date(2026, 11, 24))
    clock.move_to("2026-11-25 10:00+08:00")
    assert release_absent() == 1
    assert again(one).person is None


def test_it_passes_to_the_unit_that_takes_over(who):
    one, closed = opened(), opened(subject=2)
    workflow.finish("mend", [2], by=None)
    order = merge(
        [VILLAGE, NEXT_VILLAGE],
        SplitPart(NEXT_VILLAGE),
        OrderPaper("新政〔2026〕1号", date(2026, 11, 24), "合并", posts_pass=True),
        by=who.county,
    )
    assert (again(one).unit_id, again(one).responsible_unit_id) == (NEXT_VILLAGE, NEXT_VILLAGE)
    assert again(closed).unit_id == VILLAGE
    assert {"unit": VILLAGE, "text": "1件督办事项转至单位330624108205。"} in order.consequences
    assert FollowUp.objects.done_by(User.objects.get(pk=who.signer.pk)).get() == one


def test_who_sees_which(who):
    plain, secret = opened(), opened("secret", responsible=Office(COUNTY, Role.DISCIPLINE), checker=None)
    seen = {
        name: list(FollowUp.objects.seen_by(user).order_by("pk"))
        for name, user in vars(who).items()
        if isinstance(user, User)
    }
    assert seen == {
        **dict.fromkeys(["filler", "signer", "office", "leader", "county"], [plain]),
        "discipline": [plain, secret],
        "next_signer": [],
    }


def test_the_page_by_form(client, who):
    one = opened()
    address = reverse("followup", args=[one.pk])
    client.force_login(who.next_signer)
    assert client.get(address).status_code == 404
    client.force_login(who.signer)
    page = client.get(address)
    key = {step.step.verb: step.key for step in page.context["steps"]}["report_followup"]
    step = reverse("followup_step", args=[one.pk, "report_followup"])
    refused = client.post(step, {"key": key, "report": ""})
    assert refused.status_code == 400
    for _click in range(2):
        given = {"key": key, "report": "已公开", "files": [SimpleUploadedFile("墙.png", PNG)]}
        assert client.post(step, given).url == address
    assert "墙.png" in client.get(address).content.decode()
    assert client.get(reverse("followup_file", args=[one.pk, again(one).files.get().pk])).status_code == 200
    assert client.post(reverse("followup_step", args=[one.pk, "accept_followup"])).status_code in (404, 409)
    assert again(one).state == "reported"


def test_a_stale_report_keeps_its_text_and_says_that_its_photos_are_gone(client, who):
    one = opened()
    client.force_login(who.signer)
    page = client.get(reverse("followup", args=[one.pk]))
    key = {step.step.verb: step.key for step in page.context["steps"]}["report_followup"]
    workflow.report_progress(one, by=who.filler, report="正在公开")
    given = {"key": key, "report": "已公开", "files": [SimpleUploadedFile("墙.png", PNG)]}
    stale = client.post(reverse("followup_step", args=[one.pk, "report_followup"]), given)
    text = stale.content.decode()
    assert (stale.status_code, "已公开" in text, "附件需要重新选择。" in text) == (409, True, True)


def test_the_list_and_its_filters(client, who, clock):
    late, waiting, elsewhere = opened(), opened(subject=2), opened(subject=3, unit=NEXT_VILLAGE)
    workflow.report_done(waiting, by=who.signer, report="已公开")
    clock.move_to("2026-12-05 10:00+08:00")
    client.force_login(who.office)

    def listed(**query):
        return {one.pk for one in client.get(reverse("followups"), query).context["page"]}

    assert listed() == {late.pk, waiting.pk, elsewhere.pk}
    assert listed(when="late") == {late.pk, elsewhere.pk}
    assert listed(when="check", whose="mine") == {waiting.pk}
    assert listed(when="closed") == set()
    assert listed(kind="secret") == set()
    assert listed(q="204") == {late.pk, waiting.pk}
    assert client.get(reverse("followups"), {"as": "xlsx"}).status_code == 200
