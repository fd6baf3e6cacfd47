"""The annual report, read back: every sheet's figures, formats, and text that stays text."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from docx import Document
from openpyxl import load_workbook

from accounts.roles import Role
from followups.offices import Office
from followups.workflow import Opening, open_followup
from ratings.models import Application
from records.chain_head import Head
from reports.annual import workbook
from tests.built_once import built_once
from tests.clients import api_of
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    PointsFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)
from tests.plain_chinese import unchinese_text

pytestmark = pytest.mark.django_db


@built_once
def county(db):
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
    assert ("三星" in cells, unchinese_text("\n".join(cells), ["=HYPERLINK(1)"])) == (True, [])


HEADS = 3
"""A table's first heading row: below its title and its note."""


def rows(sheet, head=HEADS):
    return [list(row) for row in sheet.iter_rows(min_row=head, values_only=True)]


def test_the_register_has_points_and_the_stars_of_two_years(county, tmp_path):
    sheet = written(county, tmp_path)["Star register"]
    groups, heads, first, second, third = rows(sheet)
    assert dict(zip(heads, first, strict=True)) == {
        "Township": "沙溪镇",
        "Division code": f"{TOWNSHIP}201",
        "Village": "=HYPERLINK(1)",
        "Star applied for": "Four stars",
        "制度建设": 17.5,
        "党员干部廉洁自律": 6,
        "加分项": 3,
        "扣分项": 2,
        "Total (points)": 24.5,
        "Decided star": "Three stars",
        "Star of 2025": None,
        "Star now": "Three stars",
        "Effects": None,
    }
    assert groups[4] == "Points by area (points)"
    assert second[9:] == ["Five stars", None, "Two stars", "at most 3 stars; 1 fewer stars"]
    assert third[1:] == [f"{TOWNSHIP}203", f"单位{TOWNSHIP}203", *[None] * 7, "Three stars", None, None]


def test_a_table_is_laid_out_for_paper(county, tmp_path):
    sheet = written(county, tmp_path)["Star register"]
    assert (sheet["C5"].data_type, sheet["I5"].number_format, sheet.freeze_panes) == ("s", "0.00_ ", "A5")
    assert (sheet.print_title_rows, sheet.page_setup.paperSize, sheet.page_setup.orientation) == (
        "$3:$4",
        9,
        "landscape",
    )
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)


def test_stars_by_township_against_last_year(county, tmp_path):
    book = written(county, tmp_path)
    groups, heads, township, total = rows(book["Stars by township"])
    assert [group for group in groups if group] == [
        "2026: villages by decided star",
        "2025: villages by decided star",
        "Against last year",
    ]
    stars = ["Five stars", "Four stars", "Three stars", "Two stars", "One star", "No star"]
    assert list(zip(heads, township, strict=True)) == [
        ("Township", "沙溪镇"),
        ("Rated (villages)", 3),
        *zip(stars, [1, 0, 1, 0, 0, 0], strict=True),
        ("No decision", 1),
        ("Four stars or more (%)", 50),
        *zip(stars, [0, 0, 1, 0, 0, 0], strict=True),
        ("Four stars or more (%)", 0),
        ("Rose (villages)", 0),
        ("Fell (villages)", 0),
        ("Mean of the totals (points)", 24.5),
        ("Fewer stars today than decided (villages)", 1),
    ]
    assert total[1:] == township[1:]


def test_the_summary_says_in_words_what_the_tables_hold(county, tmp_path):
    sheet = written(county, tmp_path)["Summary"]
    words = [row[0] for row in rows(sheet, 2)]
    assert words[:2] == [
        "Of 3 rated villages 2 have a decision for 2026; the mean of their totals is 24.50 points.",
        "1 villages have four stars or more: 50.00% of those decided; the year before 0.00%.",
    ]
    assert [row for row in rows(sheet, 2) if row[0] == "Five stars"] == [["Five stars", 1, 0, 1]]
    assert len(sheet._charts) == 2


def test_a_later_rating_is_no_fall_and_a_first_year_is_compared_with_none(county, tmp_path):
    """The only village decided in 2025 was decided again, with fewer stars."""
    later = DecisionFactory(unit=UnitFactory(code=f"{TOWNSHIP}203"), year=2026, star=1, on=date(2026, 3, 1))
    StarPeriodFactory(decision=later)
    words = [row[0] for row in rows(written(county, tmp_path, 2025)["Summary"], 2)]
    assert words[1:3] == [
        "0 villages have four stars or more: 0.00% of those decided.",
        "There is no decision of the year before; 0 villages hold fewer stars today than were decided.",
    ]


def test_its_stars_are_those_of_the_api(county, tmp_path):
    sheet = written(county, tmp_path)["Star register"]
    api = api_of(person(Role.DISCIPLINE, COUNTY))
    total = api.get("/api/v1/dashboard/").data["total"]
    held = Counter(row[-2] for row in rows(sheet)[2:])
    assert total["rated"] == held.total()
    names = {"0": None, "2": "Two stars", "3": "Three stars"}
    assert {names[str(star)]: count for star, count in total["stars"].items() if count} == dict(held)


def test_decisions_events_and_appeals_of_the_year(county, tmp_path):
    unit = UnitFactory(code=f"{TOWNSHIP}202")
    SchemeFactory(unit=county, year=2025, body=scheme_body(year=2025))
    EventFactory(unit=unit, on=date(2026, 4, 1), kind="spot_check_failed")
    EventFactory(unit=unit, on=date(2026, 5, 1), held=True)
    EventFactory(unit=unit, on=date(2025, 5, 1))
    town = UnitFactory(code=TOWNSHIP)  # rated itself: not one of the villages that the report is about
    DecisionFactory(unit=town, year=2026, star=4, on=date(2026, 3, 1))
    EventFactory(unit=town, on=date(2026, 4, 1), kind="spot_check_failed")
    book = written(county, tmp_path)
    found = rows(book["Decisions and reasons"])
    assert [(row[2], row[3], row[7]) for row in found[1:]] == [
        ("=HYPERLINK(1)", "Three stars", "沙评〔2026〕1号"),
        (unit.name, "Five stars", None),
    ]
    levels = rows(book["Townships and stations"])
    assert (levels[0][2], [row[1:4] for row in levels[1:]]) == ("Unit", [[TOWNSHIP, town.name, "Four stars"]])
    events = rows(book["Events and consequences"])[1:]
    assert [row[2:6] for row in events] == [[unit.name, datetime(2026, 4, 1), "抽查不合格", "Not rectified"]]
    empty = [rows(book[name])[1:] for name in ("Objections", "Appeals", "Rewards", "Project funds")]
    assert [[row[0] for row in found] for found in empty] == [["None."]] * 4


def test_finance_gets_the_money_but_no_events(county, tmp_path):
    def sheets(role):
        workbook.write(county, 2026, tmp_path / "r.xlsx", reader=person(role, COUNTY))
        return load_workbook(tmp_path / "r.xlsx").sheetnames

    money, watched = ["奖励", "项目资金"], ["情形及处理", "异议", "申诉"]
    finance, discipline = sheets(Role.FINANCE), sheets(Role.DISCIPLINE)
    assert [name for name in discipline if name not in finance] == watched
    assert [name for name in finance if name in money] == money


def test_above_counties_there_is_a_sheet_by_county(county, tmp_path):
    UnitFactory(code="3306", name="绍兴市")
    book = written(UnitFactory(code="3306"), tmp_path)
    counted = [(row[0], row[1]) for row in rows(book["Stars by county"])[2:]]
    assert counted == [("新昌县", 3), ("单位330681001218", 1), ("Total", 4)]


def test_what_a_warning_has_taken_up_is_open_once(county, tmp_path):
    village = UnitFactory(code=f"{TOWNSHIP}202")
    office = Office(village.code, Role.SIGNER)
    for kind in ("correction", "warning_W2"):
        opening = Opening(kind, 1, village, office, at(2025, 12, 31), "", {"since": "2025-12-20", "year": 2025})
        open_followup(opening, by=None)
    assert [row[3] for row in rows(written(county, tmp_path)["What is still open"])[1:]] == [
        "Warning: correction overdue"
    ]


def test_only_what_lies_below_the_unit(county, tmp_path):
    sheet = written(UnitFactory(code="330681"), tmp_path)["Star register"]
    assert [row[1] for row in rows(sheet)[1:]] == ["330681001218"]


def test_the_demonstration_is_marked_on_every_sheet(county, tmp_path, settings):
    settings.DEMO = True
    book = written(county, tmp_path)
    marked = [
        sheet.title for sheet in book if any("演示数据，与实际无关" in row for row in sheet.iter_rows(values_only=True))
    ]
    assert marked == book.sheetnames


def test_the_command_writes_chinese_and_knows_its_units(county, tmp_path):
    path = tmp_path / "r.xlsx"
    call_command("annual_report", year=2026, unit=COUNTY, output=str(path))
    names = load_workbook(path).sheetnames
    assert (names[:4], names[-1]) == (["封面", "概要", "各乡镇星级", "星级台账"], "存证")
    with pytest.raises(CommandError, match="没有代码为999999的单位"):
        call_command("annual_report", year=2026, unit="999999", output=str(path))


@pytest.mark.django_db(transaction=True)
def test_the_last_sheet_carries_the_head_of_the_chain(county, tmp_path):
    sheet = written(county, tmp_path).worksheets[-1]
    number, hashed, at = [row[0].split(": ", 1)[1] for row in rows(sheet, 1)[-3:]]
    assert Head(int(number), hashed, f"{at.replace(' ', 'T')}+08:00") == Head.newest()


def test_the_written_report_says_what_the_workbook_counts(county, tmp_path):
    path = tmp_path / "r.docx"
    call_command("annual_report", year=2026, unit=COUNTY, output=str(tmp_path / "r.xlsx"), words=str(path))
    report = Document(path)
    texts = [paragraph.text for paragraph in report.paragraphs]
    assert [text for text in texts if text[1:2] == "、"] == [
        "一、评定结果",
        "二、与上年相比",
        "三、情形处理与异议申诉",
        "四、结果运用",
        "五、存在的问题",
        "六、下一步工作",
    ]
    words = rows(load_workbook(tmp_path / "r.xlsx")["概要"], 2)
    assert texts[4] == words[0][0]
    table = [[cell.text for cell in row.cells] for row in report.tables[0].rows]
    assert table[1:] == [
        ["沙溪镇", "3", "1", "0", "1", "0", "0", "0", "1"],
        ["合计", "3", "1", "0", "1", "0", "0", "0", "1"],
    ]
