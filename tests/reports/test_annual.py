"""The annual report, read back: every sheet's figures, formats, and text that stays text."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from openpyxl import load_workbook

from ratings.models import Application
from records.chain_head import Head
from reports.annual import workbook
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    PointsFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
)
from tests.plain_chinese import unchinese_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    """One village decided by the township with points, one on paper and fallen since, one without a decision."""
    unit = UnitFactory(code=COUNTY, name="新昌县")
    UnitFactory(code=TOWNSHIP, name="沙溪镇")
    UnitFactory(code="330681001218")
    cycle = CycleFactory(scheme=SchemeFactory(unit=unit))
    scored = UnitFactory(code=f"{TOWNSHIP}201", name="=HYPERLINK(1)")
    application = ApplicationFactory(cycle=cycle, unit=scored, state="township_review", applied_star=4)
    for criterion, points in {"1.1": "9.5", "1.2": "8", "2.1": "6", "B.1": "4", "D.1": "2"}.items():
        PointsFactory(application=application, stage="township", criterion=criterion, points=Decimal(points))
        PointsFactory(application=application, stage="self", criterion=criterion, points=10)
    Application.objects.filter(pk=application.pk).update(panel_total=Decimal("24.50"))
    decision = DecisionFactory(
        unit=scored,
        year=2026,
        star=3,
        total=Decimal("24.50"),
        application=application,
        cycle=cycle,
        scheme=cycle.scheme,
        origin="township",
        state="decided",
        decided_at=at(2026, 11, 1),
        document="沙评〔2026〕1号",
    )
    type(decision).objects.filter(pk=decision.pk).update(state="released")
    type(decision).objects.filter(pk=decision.pk).update(
        state="confirmed", on=date(2026, 11, 16), cut_off=date(2026, 10, 31)
    )
    decision.refresh_from_db()
    StarPeriodFactory(decision=decision)
    fallen = DecisionFactory(unit=UnitFactory(code=f"{TOWNSHIP}202"), year=2026, star=5, on=date(2026, 3, 1))
    StarPeriodFactory(decision=fallen, star=2, effects=["cap:3", "lower:1"])
    UnitFactory(code=f"{TOWNSHIP}203")
    DecisionFactory(unit=UnitFactory(code=f"{TOWNSHIP}203"), year=2025)
    return unit


def written(unit, tmp_path, year=2026):
    with translation.override("en"):
        workbook.write(unit, year, tmp_path / "report.xlsx")
    return load_workbook(tmp_path / "report.xlsx")


def test_no_latin_word_stands_in_the_report(county, tmp_path):
    workbook.write(county, 2026, tmp_path / "report.xlsx")
    book = load_workbook(tmp_path / "report.xlsx")
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    as_exported = ["number ", "hash ", "at "]  # the chain head, written as its file
    assert ("三星" in cells, unchinese_text("\n".join(cells), ["=HYPERLINK(1)", *as_exported])) == (True, [])


def rows(sheet, head=2):
    return [list(row) for row in sheet.iter_rows(min_row=head, values_only=True)]


def test_the_register_has_points_stars_and_effects(county, tmp_path):
    sheet = written(county, tmp_path)["Star register"]
    heads, first, second, third = rows(sheet)
    assert dict(zip(heads, first, strict=True)) == {
        "County": "新昌县",
        "Township": "沙溪镇",
        "Division code": f"{TOWNSHIP}201",
        "Village": "=HYPERLINK(1)",
        "Star applied for": 4,
        "制度建设": 17.5,
        "党员干部廉洁自律": 6,
        "加分项": 3,
        "扣分项": 2,
        "Total": 24.5,
        "Decided star": 3,
        "Decided by": "Township",
        "In force from": datetime(2026, 11, 16),
        "Document": "沙评〔2026〕1号",
        "Star now": 3,
        "Since": datetime(2026, 11, 16),
        "Effects": None,
    }
    assert (second[10], second[11], second[-3], second[-1]) == (
        5,
        "Decided on paper",
        2,
        "at most 3 stars; 1 fewer stars",
    )
    assert third[2:] == [f"{TOWNSHIP}203", f"单位{TOWNSHIP}203", *[None] * 13]


def test_text_stays_text_and_figures_have_formats(county, tmp_path):
    sheet = written(county, tmp_path)["Star register"]
    assert (sheet["D3"].data_type, sheet["J3"].number_format, sheet["M3"].number_format) == ("s", "0.00", "yyyy-mm-dd")
    assert (sheet.freeze_panes, int(sheet.column_dimensions["D"].width)) == ("A3", 18)


def test_stars_by_township_and_overview(county, tmp_path):
    book = written(county, tmp_path)
    heads, township, total = rows(book["Stars by township"])
    assert dict(zip(heads, township, strict=True)) == {
        "County": "新昌县",
        "Township": "沙溪镇",
        "Rated units": 3,
        "Five stars": 1,
        "Four stars": 0,
        "Three stars": 1,
        "Two stars": 0,
        "One star": 0,
        "No star": 0,
        "No decision": 1,
        "Mean of the totals": 24.5,
        "Fallen since": 1,
    }
    assert total[2:] == township[2:]
    overview = {row[0]: row[1:] for row in rows(book["Overview"])}
    assert overview["Decided in the year"] == [2, 66.67]
    assert overview["Now: No star"] == [1, 33.33]
    assert overview["Rewards: Total"] == [0, 0]


def test_only_what_lies_below_the_unit(county, tmp_path):
    sheet = written(UnitFactory(code="330681"), tmp_path)["Star register"]
    assert [row[2] for row in rows(sheet)[1:]] == ["330681001218"]


def test_the_demonstration_is_marked_on_every_sheet(county, tmp_path, settings):
    settings.DEMO = True
    book = written(county, tmp_path)
    assert {sheet["A2"].value for sheet in book} == {"演示数据，与实际无关"}


def test_the_command_writes_chinese_and_knows_its_units(county, tmp_path):
    path = tmp_path / "r.xlsx"
    call_command("annual_report", year=2026, unit=COUNTY, output=str(path))
    assert len(load_workbook(path).sheetnames) == 4
    with pytest.raises(CommandError, match="没有代码为999999的单位"):
        call_command("annual_report", year=2026, unit="999999", output=str(path))


@pytest.mark.django_db(transaction=True)
def test_the_cover_carries_the_head_of_the_chain_as_it_is_exported(county, tmp_path):
    lines = [row[0] for row in rows(written(county, tmp_path)["Overview"])]
    assert Head.read("\n".join(lines[-4:])) == Head.newest()
