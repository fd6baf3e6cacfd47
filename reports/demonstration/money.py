"""Rewards and a project fund of the finished year, partly paid; next year's policy waits for an opinion; what
departments entered themselves: in effect, returned, waiting for an opinion, a draft."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from incentives import workflow
from incentives.models import ProjectFund, RewardPolicy, Source
from notifications.workflow import telling_only
from ratings.models import StarPeriod
from reports.demonstration import schemes
from reports.demonstration.people import Staff
from villages.models import Level, Unit

BANDS = ((0, 1000), (1000, 2000), (2000, None))
TABLE = {
    5: (50_000, 80_000, 100_000),
    4: (30_000, 40_000, 50_000),
    3: (12_000, 16_000, 20_000),
    2: (4_000, 5_000, 6_000),
    1: (0, 0, 0),
    0: (0, 0, 0),
}
"""Yuan by star and band of residents."""


def load() -> str:
    staff = Staff()
    with telling_only([]):
        for county in schemes.COUNTIES:
            unit = Unit.objects.get(code=county)
            finance, office = staff(Role.FINANCE, county), staff(Role.COUNTY_OFFICE, county)
            reward(unit, finance, office)
            fund(unit, finance, office)
            draft_for_next_year(unit, finance)
            of_departments(unit, staff)
    return f"{RewardPolicy.objects.count()} policies"


def moment(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=timezone.get_current_timezone())


def bands() -> list[tuple[int, int, int | None, Decimal]]:
    return [
        (star, first, after, Decimal(amount))
        for star, amounts in TABLE.items()
        for (first, after), amount in zip(BANDS, amounts, strict=True)
    ]


def reward(unit: Unit, finance: User, office: User) -> None:
    """The rewards for 2025: filed, effective, granted and all paid."""
    policy = workflow.draft_policy(
        unit=unit,
        by=finance,
        bands=bands(),
        year=2025,
        name="2025年度评星晋级奖励办法",
        reckoning_day=date(2026, 1, 15),
        starts=date(2026, 1, 1),
        ends=date(2026, 12, 31),
        budget=Decimal(20_000_000),
        clawback=RewardPolicy.Clawback.PRO_RATA,
    )
    put_in_force(policy, finance, office, "备〔2026〕1号", moment(1, 20))
    workflow.grant(policy, by=finance, at=moment(2, 2))
    workflow.disburse(policy, by=finance, key=f"rewards-2025-{unit.code}", document="拨付〔2026〕1号", at=moment(2, 10))


def fund(unit: Unit, finance: User, office: User) -> None:
    """A project fund for four and five stars: committed, not yet disbursed."""
    source = workflow.draft_fund(
        unit=unit,
        by=finance,
        weights={4: Decimal(1), 5: Decimal("1.5")},
        year=2025,
        name="2026年美丽乡村建设项目资金",
        department="农业农村局",
        reckoning_day=date(2026, 3, 1),
        starts=date(2026, 3, 1),
        ends=date(2026, 12, 31),
        budget=Decimal(3_000_000),
        min_star=4,
        need="population",
    )
    put_in_force(source, finance, office, "备〔2026〕2号", moment(3, 10))
    workflow.grant(source, by=finance, at=moment(3, 20))


def draft_for_next_year(unit: Unit, finance: User) -> None:
    """The policy for this year's stars: the leading-group office has to give its opinion."""
    policy = workflow.draft_policy(
        unit=unit,
        by=finance,
        bands=bands(),
        year=2026,
        name="2026年度评星晋级奖励办法（征求意见稿）",
        reckoning_day=date(2027, 1, 15),
        starts=date(2027, 1, 1),
        ends=date(2027, 12, 31),
        budget=Decimal(20_000_000),
        clawback=RewardPolicy.Clawback.PRO_RATA,
    )
    workflow.seek_opinion(policy, by=finance)


def of_departments(unit: Unit, staff: Staff) -> None:
    """One department's fund in effect, another returned to it, a policy that waits; and a draft of another one."""
    office, farming = staff(Role.COUNTY_OFFICE, unit.code), staff.of_department(unit.code, "农业农村局")
    granary = fund_of(unit, farming, "2026年粮食生产功能区管护资金", Decimal(600_000))
    put_in_force(granary, farming, office, "备〔2026〕5号", moment(4, 20))
    returned = fund_of(unit, farming, "2026年农村人居环境整治资金", Decimal(900_000))
    workflow.seek_opinion(returned, by=farming, at=moment(11, 2))
    workflow.give_opinion(
        returned, agreed=False, by=office, at=moment(11, 6), opinion="四星、五星村的权重相差过大，请缩小后再报。"
    )
    holding = StarPeriod.objects.on(date(2026, 3, 1)).filter(star__gte=3)
    villages = (
        Unit.objects.within(unit.code).rated(Level.VILLAGE).filter(pk__in=holding.values("unit")).order_by("code")
    )
    planned = {code: Decimal(150_000) for code in villages.values_list("code", flat=True)[:8]}
    asked = fund_of(unit, farming, "2027年高标准农田建设项目（征求意见稿）", Decimal(1_200_000), planned=planned)
    workflow.seek_opinion(asked, by=farming)
    others = [name for name in schemes.departments(unit.code) if name != "农业农村局"]
    fund_of(unit, staff.of_department(unit.code, others[0]), "2027年村级平安建设资金（草稿）", Decimal(300_000))


def fund_of(unit: Unit, by: User, name: str, budget: Decimal, **terms: Any) -> ProjectFund:
    """A draft of a department for three stars and more: by star alone, or ``planned`` village by village."""
    return workflow.draft_fund(
        unit=unit,
        by=by,
        weights={} if "planned" in terms else {3: Decimal(1), 4: Decimal(2), 5: Decimal(3)},
        year=2025,
        name=name,
        reckoning_day=date(2026, 3, 1),
        starts=date(2026, 3, 1),
        ends=date(2027, 12, 31),
        budget=budget,
        min_star=3,
        **terms,
    )


def put_in_force(source: Source, by: User, office: User, number: str, at: datetime) -> None:
    workflow.seek_opinion(source, by=by, at=at)
    workflow.give_opinion(source, agreed=True, number=number, by=office, at=at)
    workflow.make_effective(source, by=by, at=at)
