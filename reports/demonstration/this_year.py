"""This year's rating, under way today: work at every step, and something to do for every account of formats §5."""

from collections import defaultdict
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from notifications.workflow import telling_only
from ratings.application import questions
from ratings.models import Application, Decision, Scheme, Stage
from ratings.models.cycle import CycleStep
from ratings.workflow import application as applications
from ratings.workflow import cycle as cycles
from reports.demonstration import people, schemes
from reports.demonstration.chance import chance
from reports.demonstration.people import Staff
from reports.demonstration.plans import Phase, YearPlan, plan
from reports.demonstration.rating import Calendar, Rating
from reviews.workflow import objections
from reviews.workflow.checks import CheckFinding
from reviews.workflow.confirmation import confirm_due
from villages.models import township_of

YEAR = 2026
SLOW = "农业农村局"
"""The department whose figures are still missing for villages that have not applied."""

ANSWERED = "公安局"
"""The only department that has answered for the candidates that are not decided yet."""

P = Phase
COURSES: tuple[tuple[Phase, ...], ...] = (
    (P.CONFIRMED,),
    (P.NOTICE, P.NOTICE, P.NOTICE, P.SCORED),
    (P.DECIDED, P.NOTICE, P.SCORED),
    (P.SCORED, P.SCORED, P.HALF_SCORED, P.ACCEPTED),
    (P.HALF_SCORED, P.ACCEPTED, P.ACCEPTED, P.SUBMITTED),
    (P.SUBMITTED, P.SUBMITTED, P.ACCEPTED, P.COMPLETE, P.DRAFT),
    (P.DRAFT, P.COMPLETE, P.SUBMITTED, P.NONE),
)
"""How far a township's villages have come, quick townships first."""

COUNTY_COURSE = (P.ACCEPTED, P.NOTICE, P.SCORED, P.DECIDED, P.CONFIRMED, P.HALF_SCORED, P.NOTICE, P.SCORED)
HOME_COURSE = (
    P.DECIDED,
    P.CONFIRMED,
    P.SUBMITTED,
    P.ACCEPTED,
    P.SCORED,
    P.DECIDED,
    P.NOTICE,
    P.HALF_SCORED,
    P.SCORED,
)
"""The township of the accounts of formats §5, its best villages first: one at every step, some before the county."""


def days(n: int, hour: int = 10) -> datetime:
    """``hour`` o'clock, ``n`` days from today (before today when negative)."""
    day = timezone.localdate() + timedelta(days=n)
    return datetime.combine(day, time(hour), tzinfo=timezone.get_current_timezone())


def play(county: str) -> str:
    """One county's rating up to today."""
    suffix = next(suffix for suffix, places in people.SETS.items() if places[0] == county)
    with telling_accounts():
        rating = _play(county, suffix, Staff())
    return f"{len(rating.applications)} applications"


def show() -> str:
    """Confirm what is due on schedule; objections are made to what is under public notice."""
    with telling_accounts():
        confirmed = confirm_due()
        for suffix, (county, _township, _village) in people.SETS.items():
            object_to(county, suffix)
    return f"{confirmed} decisions confirmed"


def telling_accounts() -> AbstractContextManager[None]:
    """Only the accounts of formats §5 are notified: nobody else signs in."""
    known = User.objects.filter(username__in=[post.username for post in people.accounts()])
    return telling_only(set(known.values_list("pk", flat=True)))


def _play(county: str, suffix: str, staff: Staff) -> Rating:
    office = staff(Role.COUNTY_OFFICE, county)
    scheme = schemes.scheme(county, YEAR)
    windows = {
        CycleStep.APPLY: (days(-50, 0), days(12, 0)),
        CycleStep.TOWNSHIP_REVIEW: (days(-40, 0), days(19, 0)),
        CycleStep.COUNTY_REVIEW: (days(-30, 0), days(32, 0)),
    }
    facts_until = timezone.localdate() - timedelta(days=54)
    cycle = cycles.open_cycle(scheme, facts_until=facts_until, windows=windows, by=office)
    rating = Rating(cycle, plans(scheme, suffix), staff, calendar())
    rating.begin()
    rating.supply(lambda department, plan: department != SLOW or plan.phase >= Phase.ACCEPTED)
    rating.fill()
    rating.submit()
    rating.accept()
    rating.convene()
    rating.score(Stage.TOWNSHIP, lambda plan: plan.phase, rating.at.scored)
    rating.settle(Stage.TOWNSHIP, lambda plan: plan.phase >= Phase.DECIDED)
    rating.decide_in_townships()
    for place, one in enumerate(rating.recommended()):
        one.county = COUNTY_COURSE[place % len(COUNTY_COURSE)]
    released = {Phase.CONFIRMED: rating.at.released, Phase.NOTICE: rating.at.noticed}
    rating.release(Stage.TOWNSHIP, lambda plan: plan.phase, released)
    rating.score(Stage.COUNTY, lambda plan: plan.county, rating.at.county_scored)
    rating.settle(Stage.COUNTY, lambda plan: plan.county >= Phase.DECIDED)
    check_by_departments(rating)
    rating.decide_in_county(rating.at.county_decided)
    released = {Phase.CONFIRMED: rating.at.county_released, Phase.NOTICE: rating.at.county_noticed}
    rating.release(Stage.COUNTY, lambda plan: plan.county, released)
    send_back(rating)
    return rating


def check_by_departments(rating: Rating) -> None:
    """Everything decided by now has every answer, with a veto item for one village; the others have one
    department's."""
    ready = Application.objects.filter(cycle=rating.cycle, state=Application.State.COUNTY_REVIEW).order_by("unit")
    decided = [pk for pk, code in ready.values_list("pk", "unit_id") if rating.plans[code].county >= Phase.DECIDED]
    found = [CheckFinding(pk, "V1", days(-70).date(), "新纪〔2026〕18号") for pk in decided[-1:]]
    rating.check_by_departments(lambda plan: plan.county >= Phase.DECIDED, days(-17), lambda name: True, found)
    rating.check_by_departments(lambda plan: plan.county < Phase.DECIDED, days(-1), lambda name: name == ANSWERED)


def calendar() -> Calendar:
    return Calendar(
        begun=days(-45),
        submitted=days(-36),
        accepted=days(-34),
        scored=days(-27),
        decided=days(-22),
        released=days(-18),
        noticed=days(-2),
        county_scored=days(-18),
        county_decided=days(-15),
        county_released=days(-13),
        county_noticed=days(-1),
    )


def plans(scheme: Scheme, suffix: str) -> list[YearPlan]:
    """A plan for every rated village: townships at different paces, the accounts' own with a village at every step."""
    _county, home, own_village = people.SETS[suffix]
    by_township: dict[str, list[YearPlan]] = defaultdict(list)
    for unit in scheme.rated_units():
        by_township[township_of(unit.code)].append(plan(unit, scheme.spec, YEAR))
    for pace, (township, made) in enumerate(
        sorted(by_township.items(), key=lambda item: chance("pace", item[0]).random())
    ):
        course = HOME_COURSE if township == home else COURSES[pace * len(COURSES) // len(by_township)]
        for place, one in enumerate(one for one in made if one.unit.code != own_village):
            draw = chance("course", one.unit.code)
            one.phase = course[place % len(course)]
            one.apart = one.phase == Phase.SCORED and draw.random() < 0.15
            one.returned = township != home and one.phase == Phase.ACCEPTED and draw.random() < 0.4
    everyone = [one for made in by_township.values() for one in made]
    mine = next(one for one in everyone if one.unit.code == own_village)
    # The first set's village is half-way through its form, the second's has been returned.
    mine.phase, mine.returned = (Phase.DRAFT, False) if suffix == "" else (Phase.ACCEPTED, True)
    return everyone


RETURNS = (
    "上传的会议记录看不清日期，请重新拍照。",
    "填报次数与台账对不上，请核对。",
    "请补充镇里盖过章的材料。",
)


def send_back(rating: Rating) -> None:
    """Questions to villages whose answers were unclear; some have missed the deadline."""
    for code, one in rating.plans.items():
        if one.returned:
            draw = chance("return", code)
            asked = [criterion.code for criterion in one.criteria if questions.by_village(criterion)]
            reasons = {criterion: draw.choice(RETURNS) for criterion in draw.sample(asked, draw.randint(1, 3))}
            late = code not in OWN_VILLAGES and draw.random() < 0.3
            due = days(-3, 18) if late else days(draw.randint(4, 9), 18)
            office = rating.staff(Role.TOWNSHIP_OFFICE, township_of(code))
            applications.return_(rating.applications[code], reasons, due=due, by=office, at=days(-10))


OWN_VILLAGES = frozenset(village for _county, _township, village in people.SETS.values())


def object_to(county: str, suffix: str) -> None:
    """One objection to a result of the accounts' township, one to a result of the county."""
    _county, home, _village = people.SETS[suffix]
    released = Decision.objects.filter(cycle__unit=county, cycle__year=YEAR, state=Decision.State.RELEASED).order_by(
        "unit"
    )
    of_the_township = released.filter(unit__code__startswith=home, origin=Decision.Origin.TOWNSHIP).first()
    of_the_county = released.filter(origin=Decision.Origin.COUNTY).first()
    for decision, text in (
        (of_the_township, "村务公开栏今年有两个月没有更新，请核实。"),
        (of_the_county, "村里的小型工程没有按规定进场交易，请查一查。"),
    ):
        if decision is not None:
            objections.make_objection(decision, text=text)
