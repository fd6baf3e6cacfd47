"""How a plan begins: by a weak result or a fall, one for each unit, and what ends its draft."""

from datetime import date

import pytest

from accounts.roles import Role
from improvements import workflow
from improvements.models import Plan
from ratings.events.happening import Happening
from ratings.register.rerating import rerate
from ratings.workflow import event as events
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    UnitFactory,
    person,
)
from tests.improvements.conftest import result, terms
from tests.improvements.rows import only_plan, told, waiting
from villages.workflow import OrderPaper, SplitPart, merge, split

pytestmark = pytest.mark.django_db


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
    assert Plan.objects.last().problems.first().name == "因情形由三星降为二星。"
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
