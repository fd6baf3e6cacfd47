"""Model villages: a county's round that is named and paid, one under public notice, a city's with nominations on their
way; and lists for honours with their answers."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.departments import DISCIPLINE
from accounts.roles import Role
from honours.candidates import eligible
from honours.models import Nomination, Round
from honours.workflow import awards, checking, nominating, rounds, selections
from incentives import workflow as money
from notifications.workflow import telling_only
from reports.demonstration.money import moment
from reports.demonstration.people import SETS, Staff
from villages.models import Unit, township_of

CITY = "3306"
BARRING = ["case_opened", "convicted", "bid_rigging", "accident"]
DEPARTMENTS = [DISCIPLINE, "公安局", "农业农村局"]
GROUNDS = (
    "村务公开按月上墙，三资台账户户能查；村级工程全部进平台，三年没有信访。",
    "集体经济年年增收，收支逢五公开；党员联户，矛盾不出村。",
    "村规民约由村民代表逐条讨论，小微权力清单上墙，办事一次说清。",
)
WAYS = ("listed", "city", "county", "declined", "township", "withdrawn", "listed")


def load() -> str:
    staff = Staff()
    first, second = (county for county, _township, _village in SETS.values())
    with telling_only([]):
        _named(first, staff)
        _under_notice(second, staff)
        _of_the_city(staff)
        _lists(first, staff)
    return f"{Nomination.objects.count()} nominations"


def _named(county: str, staff: Staff) -> None:
    """Named in spring; its award is paid."""
    terms = {"day": date(2026, 3, 2), "nominate_until": date(2026, 3, 10), "quota": 6, "award": Decimal(50000)}
    round = _opened(county, "2026年县级清廉示范村", staff, **terms)
    listed = [_nominate(round, unit, n, "listed", staff, moment(3, 3)) for n, unit in enumerate(_some(round, 6))]
    if not listed:
        return
    office, finance = staff(Role.COUNTY_OFFICE, county), staff(Role.FINANCE, county)
    _answered(round, office, staff, moment(3, 12))
    rounds.publish(round, by=office, at=moment(3, 20))
    rounds.name(round, by=office, document="新领办〔2026〕15号", at=moment(4, 1))
    policy = awards.draft_award(round, Unit.objects.get(code=county), by=finance)
    money.seek_opinion(policy, by=finance, at=moment(4, 2))
    money.give_opinion(policy, agreed=True, number="备〔2026〕11号", by=office, at=moment(4, 7))
    money.make_effective(policy, by=finance, at=moment(4, 8))
    money.grant(policy, by=finance, at=moment(4, 9))


def _under_notice(county: str, staff: Staff) -> None:
    """Under public notice since yesterday."""
    now, today = timezone.now(), timezone.localdate()
    terms = {"day": today - timedelta(days=29), "nominate_until": today - timedelta(days=12), "quota": 5}
    round = _opened(county, "2026年县级示范村", staff, **terms)
    for n, unit in enumerate(_some(round, 5)):
        _nominate(round, unit, n, "listed", staff, now - timedelta(days=20))
    office = staff(Role.COUNTY_OFFICE, county)
    _answered(round, office, staff, now - timedelta(days=10))
    rounds.publish(round, by=office, at=now - timedelta(days=1))


def _of_the_city(staff: Staff) -> None:
    """Open: nominations of both counties with each level."""
    today = timezone.localdate()
    terms = {"day": today - timedelta(days=26), "nominate_until": today + timedelta(days=20), "quota": 10}
    round = _opened(CITY, "2026年市级示范村", staff, **terms, award=Decimal(500000))
    for county, _township, _village in SETS.values():
        units = [unit for unit in _some(round, 60) if unit.code.startswith(county)]
        chosen = units[:: max(1, len(units) // len(WAYS))][: len(WAYS)]
        for n, (unit, way) in enumerate(zip(chosen, WAYS, strict=False)):
            _nominate(round, unit, n, way, staff, timezone.now() - timedelta(days=12))


def _lists(county: str, staff: Staff) -> None:
    unit = Unit.objects.get(code=county)
    department = staff.of_department(county, "农业农村局")
    on = timezone.localdate() - timedelta(days=28)
    asked = {"asked_by": "县文明办", "basis": "新文明办〔2026〕8号", "on": on, "barring": BARRING}
    made = selections.make(
        unit, by=staff(Role.COUNTY_OFFICE, county), name="2026年文明村推荐", min_star=4, years=1, **asked
    )
    villages = list(Unit.objects.within(county).rated().order_by("code")[:40:8])
    for village in villages:
        selections.answer(made, village, by=department, purpose="推荐县级文明村")


def _opened(code: str, name: str, staff: Staff, *, day: date, **terms: Any) -> Round:
    unit = Unit.objects.get(code=code)
    by = staff(Role.CITY_OFFICE if code == CITY else Role.COUNTY_OFFICE, code)
    draft = rounds.draft(
        unit,
        by=by,
        level="city" if code == CITY else "county",
        name=name,
        day=day,
        valid_until=date(day.year + 3, 12, 31),
        barring=BARRING,
        departments=DEPARTMENTS,
        basis="绍领〔2026〕6号" if code == CITY else "领〔2026〕3号",
        **terms,
    )
    return rounds.open_(draft, by=by, at=timezone.make_aware(datetime.combine(day, time(9))))


def _some(round: Round, n: int) -> list[Unit]:
    """``n`` villages that meet the conditions, spread over the place."""
    found = eligible(round)
    return found[:: max(1, len(found) // n)][:n]


def _nominate(round: Round, unit: Unit, number: int, way: str, staff: Staff, at: datetime) -> Nomination:
    signer, home = staff(Role.SIGNER, unit.code), township_of(unit.code)
    one = nominating.nominate(round, unit, by=signer, grounds=GROUNDS[number % len(GROUNDS)], at=at)
    if way == "withdrawn":
        return nominating.withdraw(one, by=signer, text="材料还不齐，明年再报", at=at + timedelta(days=1))
    leader, office = staff(Role.TOWNSHIP_LEADER, home), staff(Role.COUNTY_OFFICE, unit.code[:6])
    if way == "declined":
        said = "集体经济偏弱，暂不推荐"
        return nominating.decline(one, by=leader, text=said, at=at + timedelta(days=2))
    opinions = [(leader, "情况属实，同意推荐"), (office, "经研究，同意推荐")]
    if not round.ends_at_county:
        opinions.append((staff(Role.CITY_OFFICE, CITY), "同意列入名单"))
    given = {"township": 0, "county": 1, "city": 2, "listed": 3}[way]
    for days, (by, text) in enumerate(opinions[:given], start=2):
        one = nominating.support(one, by=by, text=text, at=at + timedelta(days=days))
    return one


def _answered(round: Round, office: object, staff: Staff, at: datetime) -> None:
    """The list is closed and every department has found nothing."""
    round = rounds.ask_departments(round, by=office, at=at)
    for county in checking.asked(round):
        for name in DEPARTMENTS:
            discipline = name == DISCIPLINE
            by = staff(Role.DISCIPLINE, county.pk) if discipline else staff.of_department(county.pk, name)
            checking.reply(round, county, name, by=by, at=at + timedelta(days=2))
