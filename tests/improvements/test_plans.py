"""The life of an improvement plan: three agree to it, others carry it out and check it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction

from accounts.models import User
from accounts.roles import Role
from accounts.workflow import Who, appoint_person
from followups.models import FollowUp
from followups.workflow import escalate_late
from improvements import workflow
from improvements.models import Agreement, LibraryMeasure, Measure, Plan, Problem, Progress, ProgressFile
from improvements.standing import standing_of
from improvements.todos import entries
from ratings.workflow import closing
from records.files import store
from records.previews import as_stored
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState
from tests import people_of_units
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    CycleFactory,
    UnitFactory,
    person,
)
from tests.improvements.conftest import HELPER, agreed, result, terms
from tests.improvements.rows import only_plan, told, waiting
from tests.people_of_units import of_the_unit, urls_of
from tests.small_files import PNG
from villages.workflow import OrderPaper, SplitPart, merge

pytestmark = pytest.mark.django_db


def test_three_agree_and_nobody_for_two(who):
    result(2)
    plan = workflow.draw_up(only_plan(), terms(only_plan()), by=who.office)
    assert (told(who.helper), Plan.objects.seen_by(who.helper).count()) == ([], 0)
    plan = workflow.propose(plan, by=who.office)
    assert told(who.helper) == told(who.signer) == ["plan_proposed"]
    workflow.agree(plan, by=who.helper)
    with pytest.raises(WrongState):
        workflow.agree(plan, by=who.helper)
    for stranger in (who.other_helper, who.far_helper, who.filler, who.county):
        with pytest.raises(NotAllowed):
            workflow.agree(plan, by=stranger)
    workflow.agree(plan, by=who.leader)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="active")
    plan = workflow.agree(plan, by=who.signer)
    assert (plan.state, waiting()) == ("active", [("plan_carry_out", "signer")])
    assert list(LibraryMeasure.objects.values_list("unit", "criterion", "text")) == [
        (COUNTY, "2.1", "补齐五本台账"),
        (COUNTY, "2.2", "每月走访一次"),
    ]


def test_who_asks_for_changes_makes_it_a_draft_again(who):
    result(2)
    plan = workflow.draw_up(only_plan(), terms(only_plan()), by=who.office)
    workflow.propose(plan, by=who.office)
    workflow.agree(plan, by=who.helper)
    with pytest.raises(Incomplete):
        workflow.decline(plan, by=who.signer, reason=" ")
    plan = workflow.decline(plan, by=who.signer, reason="时间太紧")
    assert (plan.state, told(who.office)[-1]) == ("draft", "plan_declined")
    assert Plan.objects.seen_by(who.helper).count() == 0
    assert workflow.propose(plan, by=who.office).reason == ""
    workflow.agree(plan, by=who.helper)
    assert Agreement.objects.filter(party="helper").count() == 2


def test_a_stale_page_changes_nothing(who):
    result(2)
    plan = only_plan()
    shown = as_stored(standing_of(plan))
    workflow.draw_up(plan, terms(plan), by=who.office, expected=shown)
    for step in (
        lambda: workflow.draw_up(plan, terms(plan), by=who.office, expected=shown),
        lambda: workflow.propose(plan, by=who.office, expected=shown),
    ):
        with pytest.raises(Outdated):
            step()
    sent = workflow.propose(plan, by=who.office)
    shown = as_stored(standing_of(sent))
    workflow.agree(plan, by=who.helper)
    with pytest.raises(Outdated):
        workflow.agree(plan, by=who.signer, expected=shown)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due": date(2027, 2, 1)}, "due"),
        ({"due": date(2026, 1, 19), "measures": []}, "due"),
        ({"money": Decimal(5000)}, "money_source"),
        ({"money": Decimal(0), "money_source": "自筹"}, "money"),
        ({"measures": [workflow.PlannedMeasure(0, "补台账")]}, "measures"),
    ],
)
def test_what_a_draft_may_not_say(who, changes, field):
    result(2)
    with pytest.raises(Incomplete) as refused:
        workflow.draw_up(only_plan(), terms(only_plan(), **changes), by=who.office)
    assert list(refused.value.problems) == [field]


def test_an_unfinished_draft_is_kept_but_not_sent(who):
    result(2)
    plan = workflow.draw_up(only_plan(), workflow.Terms(due=date(2026, 6, 30)), by=who.office)
    with pytest.raises(Incomplete):
        workflow.propose(plan, by=who.office)
    nobody = workflow.draw_up(plan, terms(plan, helper="无人单位"), by=who.office)
    with pytest.raises(Incomplete):
        workflow.propose(nobody, by=who.office)


def test_it_is_carried_out_and_checked_by_another(who):
    result(2)
    plan = agreed(who, only_plan())
    measure = Measure.objects.first()
    photo = SimpleUploadedFile("台账.png", PNG)
    workflow.report_progress(plan, by=who.helper, text="送去了样本", measure=measure, done=True, files=[photo])
    assert ProgressFile.objects.get().progress.party == "helper"
    for stranger in (who.other_helper, who.office, who.county):
        with pytest.raises(NotAllowed):
            workflow.report_progress(plan, by=stranger, text="我也来")
    with pytest.raises(NotAllowed):
        workflow.report_done(plan, by=who.helper, text="都做完了")
    plan = workflow.report_done(plan, by=who.signer, text="都做完了")
    assert (plan.state, waiting()) == ("reported", [("plan_check", "county_office")])
    plan = workflow.send_back(plan, by=who.county, reason="第二项没有照片")
    assert (plan.state, waiting()) == ("active", [("plan_carry_out", "signer")])
    workflow.report_done(plan, by=who.filler, text="补了照片")
    plan = workflow.pass_check(plan, by=who.county, finding="现场看过，属实")
    assert (plan.state, plan.checked_by, waiting()) == ("passed", who.county, [])
    assert told(who.helper)[-1] == "plan_passed"


def test_who_took_part_does_not_check(who):
    result(2)
    also_signer = person(Role.COUNTY_OFFICE, COUNTY, username="both")
    plan = agreed(who, only_plan())
    plan = workflow.report_done(plan, by=who.signer, text="都做完了")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(
            state="passed", checked_by=who.leader, closed_at="2026-02-01T00:00Z", finding="好"
        )
    assert "pass_plan" in [step.verb for step in workflow.available(also_signer, plan)]


def test_nobody_of_the_village_checks_or_ends_it(who):
    result(2)
    county, appointing = of_the_unit(who.county), person(Role.SYSADMIN, "3306")
    plan = agreed(who, only_plan())
    plan = workflow.report_done(plan, by=who.signer, text="都做完了")
    assert people_of_units.told("unit_unattended") == [appointing.pk]
    colleague = person(Role.COUNTY_OFFICE, COUNTY)
    for step, words in (
        (workflow.pass_check, {"finding": "好"}),
        (workflow.send_back, {"reason": "差"}),
        (workflow.cancel, {"reason": "不用了"}),
    ):
        with pytest.raises(NotAllowed):
            step(plan, by=county, **words)
    page = plan.get_absolute_url()
    assert [page in urls_of(one) for one in (county, colleague)] == [False, True]
    assert [FollowUp.objects.waiting_for(one).count() for one in (county, colleague)] == [0, 1]
    workflow.pass_check(plan, by=colleague, finding="现场看过，属实")


def test_the_database_keeps_what_was_agreed(who):
    result(2)
    plan = agreed(who, only_plan())
    workflow.report_progress(plan, by=who.filler, text="开始了")
    for wrong in (
        lambda: Plan.objects.update(due=date(2026, 12, 31)),
        lambda: Plan.objects.update(helper="县水利局"),
        lambda: Plan.objects.update(star=5),
        lambda: Plan.objects.all().delete(),
        lambda: Measure.objects.update(text="什么也不做"),
        lambda: Measure.objects.all().delete(),
        lambda: Agreement.objects.all().delete(),
        lambda: Progress.objects.update(text="做完了"),
        lambda: Agreement.objects.create(plan=plan, party="village", revision=9, by=who.county),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            wrong()


def test_the_database_keeps_each_plan_apart(who):
    """A measure leaves no plan that has been sent; progress and files stay with their plan; who took part stays."""
    result(2)
    plan = agreed(who, only_plan())
    result(2, unit=f"{TOWNSHIP}205", cycle=plan.decision.cycle)
    other = Plan.objects.exclude(pk=plan.pk).get()
    progress = Progress.objects.create(plan=plan, party="village", by=who.filler, text="开始了")
    file = store(SimpleUploadedFile("台账.png", PNG), by=who.filler)
    ProgressFile.objects.create(progress=progress, file=file)
    workflow.draw_up(other, terms(other), by=who.office)
    draft = Plan.objects.create(
        unit=plan.unit, decision=plan.decision, cause="fall", year=2025, star=2, begun_on=plan.begun_on, due=plan.due
    )
    problem = Problem.objects.create(plan=draft, name="因情形由3星降为2星。")
    stolen = Measure.objects.filter(problem__plan=plan)
    foreign = Measure.objects.filter(problem__plan=other).first()
    for wrong in (
        lambda: stolen.filter(pk=stolen[0].pk).update(problem=problem),
        lambda: Progress.objects.create(plan=plan, measure=foreign, party="village", by=who.filler, text="做完了"),
        lambda: Plan.objects.filter(pk=plan.pk).update(drawn_up_by=who.county),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            wrong()
    workflow.report_done(plan, by=who.signer, text="都做完了")
    passed = {"state": "passed", "finding": "好", "closed_at": "2026-02-01T00:00Z"}
    for wrong in (
        lambda: ProgressFile.objects.create(progress=progress, file=file),
        lambda: Plan.objects.filter(pk=plan.pk).update(reported_by=who.county),
        lambda: Plan.objects.filter(pk=plan.pk).update(checked_by=who.office, drawn_up_by=who.county, **passed),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            wrong()


def test_a_closing_stands_once_a_plan_was_agreed_on_it(who):
    cycle = CycleFactory(scheme__year=2025, windows=False)
    UnitFactory(code=VILLAGE)
    closing.close(cycle, by=who.county, document="评星办〔2026〕9号")
    plan = only_plan()
    measures = [workflow.PlannedMeasure(plan.problems.get().pk, "明年申报")]
    terms_of_it = workflow.Terms(due=date(2026, 6, 30), helper=HELPER, measures=measures)
    plan = workflow.draw_up(plan, terms_of_it, by=who.office)
    workflow.propose(plan, by=who.office)
    closing.foresee_reversal(cycle, by=who.county)
    for one in (who.signer, who.helper, who.leader):
        workflow.agree(plan, by=one)
    with pytest.raises(WrongState) as refused:
        closing.reverse(cycle, by=who.county, reason="关错了")
    assert str(refused.value) == f"不能撤销结束：已据此商定1份改进提升计划：{plan.unit.name}。"


def test_a_colleague_reads_that_the_own_side_has_agreed(who):
    colleague = person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="colleague")
    result(2)
    plan = workflow.draw_up(only_plan(), terms(only_plan()), by=who.office)
    workflow.propose(plan, by=who.office)
    assert [one.url for one in entries(colleague)] == [plan.get_absolute_url()]
    workflow.agree(plan, by=who.leader)
    words = {}
    for one in (who.leader, colleague):
        with pytest.raises(WrongState) as refused:
            workflow.agree(plan, by=one)
        words[one] = str(refused.value)
    assert words == {who.leader: "您已经同意过这份计划。", colleague: "您这一方已经同意本计划。"}
    assert entries(colleague) == []


def test_the_to_do_list_says_until_when_and_leaves_out_what_one_may_not_do(who):
    result(2)
    moment = {"draft": entries(who.office)[0].due}
    plan = agreed(who, only_plan())
    moment["active"] = entries(who.signer)[0].due
    plan = workflow.report_done(plan, by=who.signer, text="都做完了")
    moment["reported"] = entries(who.county)[0].due
    kinds = {"draft": "plan_agree", "active": "plan_carry_out", "reported": "plan_check"}
    assert moment == {state: FollowUp.objects.get(kind=kind).due_at for state, kind in kinds.items()}
    AppointmentFactory(role=Role.COUNTY_OFFICE, unit=UnitFactory(code=COUNTY), user=who.helper)
    helper = User.objects.get(pk=who.helper.pk)
    assert (helper.has_perm("improvements.supervise_plan", plan), entries(helper)) == (True, [])


def test_late_ones_go_up(who, clock):
    result(2)
    agreed(who, only_plan())
    clock.move_to("2026-07-01 10:00+08:00")
    assert Plan.objects.late().count() == 1
    assert escalate_late() == 1
    assert FollowUp.objects.get(kind="plan_carry_out").escalated_to_id == TOWNSHIP


def test_the_county_cancels_what_nobody_needs(who):
    result(2)
    plan = agreed(who, only_plan())
    with pytest.raises(NotAllowed):
        workflow.cancel(plan, by=who.office, reason="不想做了")
    plan = workflow.cancel(plan, by=who.county, reason="村已整村搬迁")
    assert (plan.state, waiting()) == ("cancelled", [])


def test_a_helper_unit_sees_its_own_plans_alone(who):
    result(2)
    plan = agreed(who, only_plan())
    seen = {name: Plan.objects.seen_by(getattr(who, name)).count() for name in vars(who)}
    assert seen == dict.fromkeys(vars(who), 1) | {"other_helper": 0, "far_helper": 0}
    for name in ("other_helper", "far_helper"):
        assert not getattr(who, name).has_perm("improvements.help_plan", plan)
    assert who.helper.has_perm("improvements.help_plan", plan)


def test_a_merger_passes_open_plans_on(who, clock):
    result(2)
    plan = agreed(who, only_plan())
    other = f"{TOWNSHIP}205"
    UnitFactory(code=other)
    clock.move_to("2026-01-22 10:00+08:00")
    paper = OrderPaper("县政〔2026〕1号", date(2026, 1, 22), "并村")
    merge([VILLAGE, other], SplitPart(other), paper, by=who.county)
    plan.refresh_from_db()
    assert (plan.unit_id, FollowUp.objects.get(kind="plan_carry_out").unit_id) == (other, other)


def test_the_library_grows_by_hand_and_gives_back(who):
    county = UnitFactory(code=COUNTY)
    with pytest.raises(NotAllowed):
        workflow.add_to_library(county, "2.1", "请会计驻村", by=who.office)
    measure = workflow.add_to_library(county, "2.1", "请会计驻村", by=who.county)
    workflow.withdraw_from_library(measure, by=who.county)
    assert workflow.add_to_library(county, "2.1", " 请会计驻村 ", by=who.county) == measure
    assert LibraryMeasure.objects.get().withdrawn_at is None


def test_helpers_are_appointed_for_a_unit_by_name(who):
    given = {"unit": UnitFactory(code=COUNTY), "by": who.county, "starts": date(2026, 1, 1)}
    with pytest.raises(Incomplete) as refused:
        appoint_person(Who("张三"), [Role.HELPER], **given)
    assert list(refused.value.problems) == ["department"]
    made = appoint_person(Who("张三"), [Role.HELPER], department=f" {HELPER} ", **given)
    assert made.appointments[0].department == HELPER
