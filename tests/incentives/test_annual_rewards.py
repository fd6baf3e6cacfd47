"""A reward in the annual report: what it rests on."""

from decimal import Decimal

import pytest
from openpyxl import load_workbook

from accounts.roles import Role
from incentives import workflow
from incentives.models import Reward
from reports.annual import workbook
from tests.factories import ProfileFactory, UnitFactory, person
from tests.incentives.conftest import STARS, draft_policy, hold, take_effect
from tests.incentives.test_departments import FARMING, WATER, of_department
from villages.models import Unit

pytestmark = pytest.mark.django_db


def test_figure_and_band_stand_beside_the_amount(county, granted, tmp_path):
    granted()
    workbook.write(county, 2025, tmp_path / "r.xlsx")
    lines = [row[4:8] for row in load_workbook(tmp_path / "r.xlsx")["奖励"].iter_rows(values_only=True) if row[7]]
    assert lines[1:4] == [
        ("五星", "人口", 2000, "1000及以上"),
        ("四星", "人口", 800, "0至999"),
        ("三星", "人口", 1000, "0及以上"),
    ]


def test_the_money_of_townships_is_not_counted_among_that_of_villages(county, granted, tmp_path):
    township = Unit.objects.get(code="330624108")
    ProfileFactory(unit=township, year=2025, population=900, households=300)
    hold(township, 5)
    granted(rates="township", name="乡镇奖励")
    assert list(Reward.objects.filter(amount__gt=0).values_list("unit", flat=True)) == [township.code]
    workbook.write(county, 2025, tmp_path / "r.xlsx")
    assert "乡镇奖励" not in str(list(load_workbook(tmp_path / "r.xlsx")["奖励"].values))


def test_two_counties_may_call_their_policies_alike(county, granted, tmp_path):
    """Each has its own total, with whose it is, and the city one of both."""
    other = UnitFactory(code="330681", name="诸暨市")
    village = UnitFactory(code="330681001218")
    ProfileFactory(unit=village, year=2025, population=900, households=300)
    hold(village, 5)
    mine = granted()
    there = draft_policy(other, person(Role.FINANCE, other.code))
    take_effect(there, person(Role.FINANCE, other.code), person(Role.COUNTY_OFFICE, other.code))
    workflow.grant(there, by=person(Role.FINANCE, other.code))
    workbook.write(UnitFactory(code="3306"), 2025, tmp_path / "r.xlsx")
    lines = [row for row in load_workbook(tmp_path / "r.xlsx")["奖励"].iter_rows(values_only=True) if not row[2]]
    mine.refresh_from_db()
    assert [(row[0], row[4], Decimal(str(row[10]))) for row in lines if row[4]] == [
        (county.name, f"{mine.name}，共4个村", mine.committed),
        ("诸暨市", f"{mine.name}，共1个村", 30000),
        (None, "合计，共5个村", mine.committed + Decimal(30000)),
    ]


def test_two_departments_may_call_their_policies_alike(county, office, finance, tmp_path):
    """The lines of each are together, with one total for each; the last one counts a village once."""
    for name in (FARMING, WATER):
        writer = of_department(name)
        workflow.grant(take_effect(draft_policy(county, writer), writer, office), by=finance)
    workbook.write(county, 2025, tmp_path / "r.xlsx")
    lines = [row[1:4] for row in load_workbook(tmp_path / "r.xlsx")["奖励"].iter_rows(values_only=True)]
    name = "2025年度星级村奖励"
    each = [*((code, f"单位{code}", name) for code in STARS), (None, None, f"{name}，共4个村")]
    assert lines[3:] == [*each, *each, (None, None, "合计，共4个村")]
