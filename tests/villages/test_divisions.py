"""Importing units: what is imported, what is refused with its place, and that nothing of an invalid file is saved."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.roles import Role
from records.wrong_rows import WrongRow
from tests.factories import UnitFactory, person
from tests.sheets_made import number, row, sheet, workbook
from villages.division_import import ImportedUnits, WrongUnitRows, import_units
from villages.models import Level, Unit, UnitEvent
from villages.workflow import make_station, make_zone

pytestmark = pytest.mark.django_db

SHAOXING = (
    "code,name\n33,浙江省\n3306,绍兴市\n330624,新昌县\n330624108,沙溪镇\n"
    "330624108204,沙溪村委会\n330624108001,沙溪社区\n"
)

CODES = "2, 4, 6, 9 or 12 digits (a zone: its city's code, Z, one digit; a station: its township's, S, two digits)"
ABOVE = "a unit above it, in these files or known already"


@pytest.fixture
def file(tmp_path):
    def write(text, name="units.csv", encoding="utf-8"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return write


def problems(*paths):
    with pytest.raises(WrongUnitRows) as wrong:
        import_units(paths)
    return wrong.value.rows


def test_level_and_rating_follow_from_the_code(file):
    assert import_units([file(SHAOXING)]) == ImportedUnits(added=6, renamed=0)
    assert list(Unit.objects.values_list("code", "name", "level", "rated")) == [
        ("33", "浙江省", Level.PROVINCE, False),
        ("3306", "绍兴市", Level.CITY, False),
        ("330624", "新昌县", Level.COUNTY, False),
        ("330624108", "沙溪镇", Level.TOWNSHIP, False),
        ("330624108001", "沙溪社区", Level.VILLAGE, False),
        ("330624108204", "沙溪村委会", Level.VILLAGE, True),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_come_in_the_encodings_of_office_computers(file, encoding):
    import_units([file(SHAOXING, encoding=encoding)])
    assert Unit.objects.get(code="330624").name == "新昌县"


def test_other_columns_and_files_in_any_order_are_fine(file):
    villages = file('code,name,streetCode\n330624108204,"沙溪村委会",330624108\n', "villages.csv")
    above = file("name,code\n沙溪镇,330624108\n新昌县,330624\n绍兴市,3306\n浙江省,33\n", "above.csv")
    assert import_units([villages, above]) == ImportedUnits(added=5, renamed=0)


def test_a_second_import_renames_and_adds(file):
    import_units([file(SHAOXING)])
    Unit.objects.filter(code="330624108204").update(tags=["山区"])
    again = file("code,name\n330624108204,沙溪村\n330624108205,董村村委会\n")
    assert import_units([again]) == ImportedUnits(added=1, renamed=1)
    renamed = Unit.objects.get(code="330624108204")
    assert (renamed.tags, renamed.pinyin) == (["山区"], "sha xi cun")


def test_zones_and_stations_come_as_those_made_by_hand(file):
    UnitFactory(code="3306")
    rows = "3306Z1,高新区\n3306Z1001,马山街道\n3306Z1001201,车家弄村\n3306Z1001S01,马山司法所\n"
    assert import_units([file("code,name\n" + rows)]) == ImportedUnits(added=4, renamed=0)
    assert list(Unit.objects.within("3306Z").values_list("code", "level", "rated")) == [
        ("3306Z1", Level.ZONE, False),
        ("3306Z1001", Level.TOWNSHIP, False),
        ("3306Z1001201", Level.VILLAGE, True),
        ("3306Z1001S01", Level.STATION, True),
    ]
    office = person(Role.CITY_OFFICE, "3306")
    assert make_zone("3306", "", "高新区", by=office).code == "3306Z1"
    station = make_station("3306Z1001", "", "马山派出所", by=person(Role.COUNTY_OFFICE, "3306Z1"))
    assert (station.code, station.level, station.rated) == ("3306Z1001S02", Level.STATION, True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("3306Z", CODES),
        ("3306Z12", CODES),
        ("33Z1", CODES),
        ("3306Y1", CODES),
        ("330624S01", CODES),
        ("330624108S1", CODES),
        ("330624108s01", CODES),
        ("3307Z1", ABOVE),
        ("3306Z1001", ABOVE),
        ("330624109S01", ABOVE),
    ],
)
def test_zones_and_stations_that_cannot_be(file, code, expected):
    for there in ("3306", "330624", "330624108"):
        UnitFactory(code=there)
    with translation.override("en"):
        assert problems(file(f"code,name\n{code},某单位\n")) == [WrongRow(2, "code", code, expected, file="units.csv")]


def test_a_unit_that_has_ended_keeps_its_name(file):
    import_units([file(SHAOXING)])
    Unit.objects.filter(code="330624108204").update(ended=date(2026, 1, 1))
    assert import_units([file(SHAOXING)]) == ImportedUnits(added=0, renamed=0)
    again = file("code,name\n330624108204,新沙溪村\n")
    assert [(row.row, row.column, row.value) for row in problems(again)] == [(2, "name", "新沙溪村")]
    assert Unit.objects.get(code="330624108204").name == "沙溪村委会"


def test_every_wrong_row_is_listed_with_its_place(file):
    path = file("code,name\n33,浙江省\n3306x,绍兴市\n330624,\n3306241,新昌\n")
    with translation.override("en"):
        assert problems(path) == [
            WrongRow(3, "code", "3306x", CODES, file="units.csv"),
            WrongRow(4, "code", "330624", ABOVE, file="units.csv"),
            WrongRow(4, "name", "", "a name of at most 100 characters", file="units.csv"),
            WrongRow(5, "code", "3306241", CODES, file="units.csv"),
        ]
    assert not Unit.objects.exists()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("code,name\n33,浙江省\n3306,\n", [(3, "name", "")]),
        ("code,name\n33,浙江省\n33,浙江\n", [(2, "code", "33"), (3, "code", "33")]),
        ("code,name\n33,浙江省\n330624,新昌县\n", [(3, "code", "330624")]),
        ("code,name\n33,浙江省\n33,\n", [(2, "code", "33"), (3, "code", "33"), (3, "name", "")]),
        ("code,title\n33,浙江省\n", [(1, "name", "code,title")]),
        ("", [(1, "code", ""), (1, "name", "")]),
    ],
)
def test_what_is_wrong_is_named(file, text, rows):
    assert [(row.row, row.column, row.value) for row in problems(file(text))] == rows
    assert not Unit.objects.exists()


def test_a_row_with_too_many_columns_is_found(file):
    assert [row.row for row in problems(file("code,name\n33,浙江省\n3306,绍兴市,多\n"))] == [3]


def test_the_command_prints_what_it_did(file, capsys):
    call_command("import_units", str(file(SHAOXING)))
    told = capsys.readouterr()
    assert told.out == "6 added, 0 renamed\n"
    assert [line.strip() for line in told.err.splitlines()] == ["读取 units.csv（1/1）", "逐行核对", "写入新增和更名"]


def test_the_command_lists_wrong_rows_and_fails(file):
    errors = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_units", str(file("code,name\n3,浙江省\n")), stderr=errors)
    assert errors.getvalue().count("units.csv") == 2  # as read, and in the one wrong row


def test_a_long_list_of_wrong_rows_is_whole(file):
    assert len(problems(file("code,name\n33,浙江省\n" + "330x,新昌\n" * 1200))) == 1200


def test_names_are_spelled_as_they_come_in(file):
    import_units([file(SHAOXING)])
    assert list(Unit.objects.order_by("-code").values_list("pinyin", flat=True)[:2]) == [
        "sha xi cun wei hui",
        "sha xi she qu",
    ]


def test_history_says_that_it_was_imported(file):
    import_units([file(SHAOXING)])
    assert UnitEvent.objects.filter(pgh_context__verb="villages.import_units").count() == 6


def test_names_are_cleaned_and_what_is_no_name_is_refused(file):
    import_units([file("code,name\n33,浙江省\u3000\n3306,\u200b绍兴 市\n")])
    assert list(Unit.objects.values_list("name", flat=True)) == ["浙江省", "绍兴市"]
    assert [(row.row, row.column) for row in problems(file("code,name\n3307,<b>金华</b>\n"))] == [(2, "name")]


def test_units_as_a_workbook(tmp_path):
    path = tmp_path / "units.xlsx"
    path.write_bytes(workbook(sheet(row("code", "name"), row(number(33), "浙江省"), row(number(3306), "绍兴市"))))
    assert import_units([path]) == ImportedUnits(added=2, renamed=0)
