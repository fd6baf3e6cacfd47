"""A reward in the annual report: what it rests on."""

import pytest
from openpyxl import load_workbook

from reports.annual import workbook

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
