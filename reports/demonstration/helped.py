"""Improvement plans in all states: those of 2025 with the villages that need them."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from improvements import workflow
from improvements.models import Plan
from improvements.workflow import PlannedMeasure, Terms
from notifications.workflow import telling_only
from reports.demonstration.chance import chance
from reports.demonstration.people import HELPERS, SETS, Staff
from villages.models import below, township_of

MEASURES = (
    "补齐会议记录和台账，逐项公开",
    "镇业务员每月上门指导一次",
    "请会计代理中心核对往来账目",
    "公开栏每月更新，拍照留存",
    "党员干部分片联系农户，收集意见",
)
PLAYED = 40
"""How many of each county go through their steps; the others were called off at once."""
WAYS = ("active", "passed", "reported", "late", "passed", "passed", "sent_back", "proposed", "draft")


def load() -> str:
    """Each village takes another way, so that the list has every state."""
    staff = Staff()
    with telling_only([]):
        for county, _township, _village in SETS.values():
            _play(county, staff)
    return f"{Plan.objects.count()} plans"


def _play(county: str, staff: Staff) -> None:
    plans = Plan.objects.filter(below(county, "unit_id"), cause=Plan.Cause.RESULT, state=Plan.State.DRAFT)
    chosen = list(plans.select_related("unit").order_by("unit")[:PLAYED])
    office = staff(Role.COUNTY_OFFICE, county)
    at = timezone.make_aware(datetime(2026, 1, 15, 10))
    others = plans.exclude(pk__in=[plan.pk for plan in chosen])
    workflow.call_off(others, "由乡镇统一帮扶，不单列计划", by=office, at=at)
    for number, plan in enumerate(chosen):
        _go(plan, WAYS[number % len(WAYS)], HELPERS[county][number % len(HELPERS[county])], staff, office)


def _go(plan: Plan, way: str, helped_by: tuple[str, str], staff: Staff, office: User) -> None:
    home, (helper, username) = township_of(plan.unit_id), helped_by
    in_charge = User.objects.get(username=username)
    signer, leader = staff(Role.SIGNER, plan.unit_id), staff(Role.TOWNSHIP_LEADER, home)
    if way == "draft":
        return
    writer = staff(Role.TOWNSHIP_OFFICE, home)
    begun = timezone.make_aware(datetime.combine(plan.begun_on, datetime.min.time())) + timedelta(hours=10)
    workflow.draw_up(plan, _terms(plan, way, helper, in_charge), by=writer, at=begun + timedelta(days=9))
    workflow.propose(plan, by=writer, at=begun + timedelta(days=10))
    parties = [signer, in_charge, leader][: 2 if way == "proposed" else 3]
    for days, one in enumerate(parties, start=12):
        workflow.agree(plan, by=one, at=begun + timedelta(days=days))
    if way == "proposed":
        return
    for months, one in ((2, signer), (4, in_charge)):
        measure = plan.problems.filter(measures__isnull=False).first().measures.first()
        text = "已对照清单补了一半，正在公开" if months == 2 else "上门看过，已经补齐"
        at = begun + timedelta(days=30 * months)
        workflow.report_progress(plan, by=one, text=text, measure=measure, done=months == 4, at=at)
    if way in ("active", "late"):
        return
    workflow.report_done(plan, by=signer, text="措施全部落实，请验收", at=begun + timedelta(days=150))
    if way == "passed":
        finding = "现场查看，台账齐全，群众认可"
        workflow.pass_check(plan, by=office, finding=finding, at=begun + timedelta(days=160))
    elif way == "sent_back":
        workflow.send_back(plan, by=office, reason="第二项措施没有照片，请补")


def _terms(plan: Plan, way: str, helper: str, in_charge: User) -> Terms:
    draw = chance("plan", plan.unit_id)
    problems = list(plan.problems.all()[:2])
    texts = draw.sample(MEASURES, len(problems) + 1)
    due = plan.latest_due if way in ("active", "sent_back", "proposed") else plan.due
    planned = [PlannedMeasure(problem.pk, text) for problem, text in zip(problems, texts, strict=False)]
    planned.append(PlannedMeasure(problems[0].pk, texts[-1], "helper"))
    money = draw.random() < 0.4
    return Terms(
        due=due,
        helper=helper,
        person=in_charge.pk,
        money=Decimal(draw.randrange(1, 9)) * 5000 if money else None,
        money_source="县级帮扶资金" if money else "",
        measures=planned,
    )
