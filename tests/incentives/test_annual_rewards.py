"""A reward in the annual report: what it rests on."""

import pytest
from openpyxl import load_workbook

from incentives.models import Reward
from reports.annual import workbook
from tests.factories import ProfileFactory
from tests.incentives.conftest import hold
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
