"""The life of an improvement plan: it begins by itself, three agree to it, others carry it out and check it."""

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
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.register.rerating import rerate
from ratings.workflow import closing
from ratings.workflow import event as events
from records.files import store
from records.previews import as_stored
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    UnitFactory,
    person,
)
from tests.improvements.conftest import HELPER, agreed, result, terms
from tests.two_tenants import PNG
from villages.workflow import OrderPaper, SplitPart, merge, split

pytestmark = pytest.mark.django_db


def only_plan() -> Plan:
    return Plan.objects.get()


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user, kind__startswith="plan").order_by("pk").values_list("kind", flat=True))


def waiting() -> list[tuple[str, str]]:
    return list(FollowUp.objects.waiting().filter(kind__startswith="plan").values_list("kind", "responsible_role"))


def test_a_weak_result_begins_a_plan_with_the_lost_points(who):
    result(2)
    plan = only_plan()
    assert (plan.unit_id, plan.cause, plan.year, plan.star, plan.begun_on, plan.due) == (
        VILLAGE,
        "result",
        2025,
        2,
        date(2026, 1, 20),
        date(2026, 7, 22),
    )
    assert list(plan.problems.values_list("criterion", "lost", "full")) == [
        ("2.1", 6, 10),
        ("2.2", 5, 10),
        ("1.1", 4, 10),
    ]
    assert waiting() == [("plan_agree", "township_office")]
    assert told(who.office) == ["plan_agree.opened"]


def test_who_needs_a_plan(who):
    """Weak is two stars or fewer; lowered is less than was held before; the same result begins one plan."""
    cycle = CycleFactory(scheme__year=2025, windows=False)
    units = [f"{TOWNSHIP}{number}" for number in range(300, 305)]
    for unit in units[3:]:
        DecisionFactory(unit=UnitFactory(code=unit), star=4, year=2024, on=date(2025, 1, 20))
    rerate(units[3:])
    for unit, star in zip(units, (3, 0, 2, 3, 4), strict=True):
        decision = result(star, unit=unit, cycle=cycle)
        assert workflow.begin_for_results([decision.pk]) == 0
    assert list(Plan.objects.order_by("unit").values_list("unit", "star", "star_before")) == [
        (units[1], 0, None),
        (units[2], 2, None),
        (units[3], 3, 4),
    ]


def test_an_event_begins_a_plan_and_its_end_ends_the_draft(who, clock):
    result(3)
    assert not Plan.objects.exists()
    discipline = person(Role.DISCIPLINE, COUNTY, username="discipline")
    CycleFactory(scheme__year=2026, windows=False)
    event = events.record(Happening(UnitFactory(code=VILLAGE), "spot_check_failed", date(2026, 1, 20)), by=discipline)
    plan = only_plan()
    assert (plan.cause, plan.star_before, plan.star) == ("fall", 3, 2)
    assert plan.problems.first().criterion == ""
    events.close(event, on=date(2026, 1, 20), by=discipline, reason="复查合格")
    clock.move_to("2026-01-21 10:00+08:00")
    rerate([VILLAGE])
    assert (only_plan().state, waiting(), told(who.signer)) == ("cancelled", [], [])


def test_those_who_were_asked_are_told_when_a_plan_ends_by_itself(who, clock):
    result(2)
    plan = workflow.draw_up(only_plan(), terms(only_plan()), by=who.office)
    workflow.propose(plan, by=who.office)
    clock.move_to("2027-01-20 10:00+08:00")
    result(3, year=2026)
    assert (only_plan().state, told(who.signer)[-1], told(who.helper)[-1], told(who.other_helper)) == (
        "cancelled",
        "plan_cancelled",
        "plan_cancelled",
        [],
    )


def test_each_part_of_a_split_falls_by_itself_and_one_plan_is_left_when_they_merge(who, clock):
    result(3)
    part, other = f"{TOWNSHIP}206", f"{TOWNSHIP}207"
    CycleFactory(scheme__year=2026, windows=False)
    clock.move_to("2026-01-22 10:00+08:00")
    paper = OrderPaper("县政〔2026〕1号", date(2026, 1, 22), "分村")
    split(
        VILLAGE, [SplitPart(VILLAGE), SplitPart(part, "二村"), SplitPart(other, "三村")], VILLAGE, paper, by=who.county
    )
    discipline = person(Role.DISCIPLINE, COUNTY, username="discipline")
    clock.move_to("2026-01-25 10:00+08:00")
    events.record(Happening(UnitFactory(code=VILLAGE), "spot_check_failed", date(2026, 1, 24)), by=discipline)
    for code in (part, other):
        EventFactory(unit_id=code, kind="spot_check_failed", on=date(2026, 1, 24))
    rerate([part, other])
    assert set(Plan.objects.values_list("unit", "cause", "star")) == {
        (code, "fall", 2) for code in (VILLAGE, part, other)
    }
    plan = Plan.objects.get(unit=part)
    workflow.propose(
        workflow.draw_up(
            plan, terms(plan, measures=[workflow.PlannedMeasure(plan.problems.first().pk, "补台账")]), by=who.office
        ),
        by=who.office,
    )
    clock.move_to("2026-01-26 10:00+08:00")
    paper = OrderPaper("县政〔2026〕2号", date(2026, 1, 26), "并村")
    order = merge([part, VILLAGE], SplitPart(VILLAGE), paper, by=who.county)
    assert set(Plan.objects.open().values_list("pk", "unit")) == {
        (plan.pk, VILLAGE),
        (Plan.objects.get(unit=other).pk, other),
    }
    assert len([one for one in order.consequences if "改进提升计划" in one["text"]]) == 2


def test_a_result_held_down_by_an_event_begins_a_plan(who, clock):
    result(3)
    clock.move_to("2027-01-20 10:00+08:00")
    discipline = person(Role.DISCIPLINE, COUNTY, username="discipline")
    CycleFactory(scheme__year=2027, windows=False)
    cycle = CycleFactory(scheme__year=2026, windows=False)
    event = events.record(Happening(UnitFactory(code=VILLAGE), "spot_check_failed", date(2027, 1, 19)), by=discipline)
    result(3, year=2026, cycle=cycle)
    assert list(Plan.objects.order_by("pk").values_list("cause", "year", "star", "state")) == [
        ("fall", 2025, 2, "cancelled"),
        ("result", 2026, 2, "draft"),
    ]
    assert Plan.objects.last().problems.first().name == "因情形由3星降为2星。"
    events.close(event, on=date(2027, 1, 20), by=discipline, reason="复查合格")
    clock.move_to("2027-01-21 10:00+08:00")
    rerate([VILLAGE])
    assert not Plan.objects.open().exists()


def test_who_works_at_a_fall_gets_no_second_plan_by_a_weak_result(who, clock):
    result(3)
    cycle = CycleFactory(scheme__year=2026, windows=False)
    EventFactory(unit=UnitFactory(code=VILLAGE), kind="spot_check_failed", on=date(2026, 1, 20))
    rerate([VILLAGE])
    plan = only_plan()
    measures = [workflow.PlannedMeasure(problem.pk, "补台账") for problem in plan.problems.all()]
    workflow.propose(workflow.draw_up(plan, terms(plan, measures=measures), by=who.office), by=who.office)
    for one in (who.signer, who.helper, who.leader):
        workflow.agree(plan, by=one)
    clock.move_to("2027-01-20 10:00+08:00")
    result(2, year=2026, cycle=cycle)
    assert (only_plan().cause, only_plan().state) == ("fall", "active")


def test_drafts_of_an_earlier_result_end_with_the_next(who, clock):
    result(1)
    clock.move_to("2027-01-20 10:00+08:00")
    result(2, year=2026)
    assert list(Plan.objects.order_by("year").values_list("state", flat=True)) == ["cancelled", "draft"]
    assert len(waiting()) == 1


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
    workflow.propose(plan, by=who.office)
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
