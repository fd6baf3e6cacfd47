"""Yearly figures: who reports them, for which villages and years; the page and the sheet."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.roles import Role
from records.refusals import NotAllowed, WrongState
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, ProfileFactory, UnitFactory, person
from villages import figures
from villages.models import Profile
from villages.workflow import report_profiles

pytestmark = pytest.mark.django_db

A, B = f"{TOWNSHIP}204", f"{TOWNSHIP}205"
NEXT_DOOR, ELSEWHERE = "330624109201", "330681001218"
HEADS = ["区划代码", "年度", "人口", "户数", "集体经济收入（万元）"]


@built_once
def places(db):
    for code in (COUNTY, TOWNSHIP, A, B, NEXT_DOOR[:9], NEXT_DOOR, ELSEWHERE):
        UnitFactory(code=code)


@pytest.fixture(autouse=True)
def _today(places, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time("2026-11-24 10:00+08:00"):
        yield


@built_once
def reporter(places):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP)


@pytest.fixture
def office(client, reporter):
    client.force_login(reporter)
    return reporter


def kept():
    return sorted(Profile.objects.values_list("unit_id", "year", "population", "households", "income"))


@pytest.mark.parametrize(("role", "code"), [(Role.TOWNSHIP_OFFICE, TOWNSHIP), (Role.COUNTY_OFFICE, COUNTY)])
def test_who_reports(role, code):
    by = person(role, code)
    assert (
        report_profiles(2026, {A: {"population": 1200, "income": Decimal("85.60")}, B: {"households": 9}}, by=by) == 2
    )
    assert kept() == [(A, 2026, 1200, None, Decimal("85.60")), (B, 2026, None, 9, None)]
    context = Profile.pgh_event_model.objects.filter(unit=A).get().pgh_context
    assert (context["user"], context["verb"]) == (by.pk, "villages.report_profile")


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.TOWNSHIP_OFFICE, NEXT_DOOR[:9]),
        (Role.TOWNSHIP_LEADER, TOWNSHIP),
        (Role.FILLER, A),
        (Role.COUNTY_OFFICE, "330681"),
        (Role.CITY_OFFICE, "3306"),
    ],
)
def test_who_reports_nothing(role, code):
    with pytest.raises(NotAllowed):
        report_profiles(2026, {A: {"population": 1}}, by=person(role, code))
    assert kept() == []


def test_one_village_elsewhere_and_nothing_is_kept(office):
    with pytest.raises(NotAllowed):
        report_profiles(2026, {A: {"population": 1}, NEXT_DOOR: {"population": 1}}, by=office)
    assert kept() == []


@pytest.mark.parametrize("year", [1999, 2027])
def test_no_figures_of_a_year_to_come(office, year):
    with pytest.raises(WrongState):
        report_profiles(year, {A: {"population": 1}}, by=office)


def test_what_is_not_said_stays_and_what_is_the_same_is_no_change(office):
    ProfileFactory(unit_id=A, unit=None, year=2026)
    assert report_profiles(2026, {A: {"households": None}}, by=office) == 1
    assert report_profiles(2026, {A: {"population": 1200}}, by=office) == 0
    assert kept() == [(A, 2026, 1200, None, None)]


def test_one_row_a_year_whoever_writes(office):
    ProfileFactory(unit_id=A, unit=None, year=2026)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileFactory(unit_id=A, unit=None, year=2026)


@pytest.mark.parametrize(("typed", "value"), [("", None), (" 1,200,000 ", 1200000), ("１２００", 1200)])
def test_counts(typed, value):
    assert figures.whole(typed) == value


@pytest.mark.parametrize("typed", ["1.5", "-1", "abc", "=1", "123456789"])
def test_no_counts(typed):
    with pytest.raises(ValueError, match="整数"):
        figures.whole(typed)


@pytest.mark.parametrize(
    ("typed", "value"), [("", None), ("85.6", Decimal("85.6")), ("1,000,000.5", Decimal("1000000.5"))]
)
def test_incomes(typed, value):
    assert figures.income(typed) == value


@pytest.mark.parametrize("typed", ["-1", "1.234", "1e3", "NaN", "1234567890"])
def test_no_incomes(typed):
    with pytest.raises(ValueError, match="万元"):
        figures.income(typed)


def test_a_single_comma_is_asked_about(client, office):
    told = client.post(reverse("unit_profiles"), {f"{A}-income": "1,234"}).context["form"].errors
    assert (told, kept()) == ({f"{A}-income": ["是1.234还是1234？请不要打逗号，重新填写。"]}, [])


def test_the_page_shows_the_villages_with_last_year_beside(client, office):
    ProfileFactory(unit_id=A, unit=None, year=2025, population=1100)
    rows = client.get(reverse("unit_profiles")).context["form"].rows
    assert [row["unit"].code for row in rows] == [A, B]
    assert [cell["before"] for cell in rows[0]["cells"]] == ["1100", "400", ""]


def test_the_page_keeps_what_was_changed(client, office):
    ProfileFactory(unit_id=A, unit=None, year=2026)
    Profile.objects.update(households=500)  # somebody else, after this page was opened
    sent = {
        f"{A}-population": "１３００",
        f"initial-{A}-population": "1200",
        f"{A}-households": "400",
        f"initial-{A}-households": "400",
        f"{NEXT_DOOR}-population": "7",
    }
    answer = client.post(reverse("unit_profiles"), sent)
    assert answer.headers["Location"] == f"{reverse('unit_profiles')}?township={TOWNSHIP}&year=2026"
    assert kept() == [(A, 2026, 1300, 500, None)]


def test_a_wrong_figure_is_told_beside_its_field_and_what_was_typed_stays(client, office):
    answer = client.post(reverse("unit_profiles"), {f"{A}-population": "很多", f"{B}-population": "900"})
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (409, [f"{A}-population"])
    assert [form[f"{code}-population"].value() for code in (A, B)] == ["很多", "900"]
    assert kept() == []


def test_the_county_chooses_township_and_year(client):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    address = f"{reverse('unit_profiles')}?township={NEXT_DOOR[:9]}&year=2025"
    assert client.get(address).context["form"].table.units[0].code == NEXT_DOOR
    client.post(address, {f"{NEXT_DOOR}-income": "12.5"})
    assert kept() == [(NEXT_DOOR, 2025, None, None, Decimal("12.50"))]


@pytest.mark.parametrize("role", [Role.FILLER, Role.TOWNSHIP_LEADER, Role.COUNTY_REVIEWER])
def test_the_pages_are_not_there_for_others(client, role):
    code = {Role.FILLER: A, Role.TOWNSHIP_LEADER: TOWNSHIP}.get(role, COUNTY)
    client.force_login(person(role, code))
    assert [client.get(reverse(name)).status_code for name in ("unit_profiles", "unit_profiles_sheet")] == [404, 404]


def lines(client, query=""):
    book = load_workbook(io.BytesIO(client.get(f"{reverse('unit_profiles_sheet')}{query}").content))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    return rows[next(n for n, row in enumerate(rows) if row[0] == HEADS[0]) :]


def test_the_sheet_is_filled_in_with_what_is_known(client, office):
    ProfileFactory(unit_id=A, unit=None, year=2025, population=1100, income=Decimal("80.5"))
    ProfileFactory(unit_id=A, unit=None, year=2026)
    heads, first, second = lines(client)
    assert heads[1:6] == ["乡镇（街道）", "单位", "年度", "人口 2025", "人口"]
    assert [first[0], *first[2:]] == [A, f"单位{A}", "2026", 1100, 1200, 400, 400, 80.5, None]
    assert [second[0], *second[2:4]] == [B, f"单位{B}", "2026"]


def test_the_county_gets_a_township_or_all(client):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    assert [row[0] for row in lines(client)[1:]] == [A, B]
    assert [row[0] for row in lines(client, "?township=all")[1:]] == [A, B, NEXT_DOOR]


def sheet(*rows):
    book = Workbook()
    for row in (HEADS, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("figures.xlsx", out.getvalue())


def test_a_sheet_comes_back(client, office):
    ProfileFactory(unit_id=A, unit=None, year=2026)
    sent = sheet([A, 2026, 1300, None, 85.6], [B, "2026", "900", "300", ""])
    for told in (4, 0):
        seen = client.post(reverse("unit_profiles_sheet"), {"sheet": sent})
        assert (seen.status_code, seen.context["count"]) == (200, told)
        sent.seek(0)
        if told:
            assert kept() == [(A, 2026, 1200, 400, None)]
        answer = client.post(reverse("unit_profiles_sheet"), {"carried": seen.context["carried"]})
        assert answer.status_code == 302
    assert kept() == [(A, 2026, 1300, 400, Decimal("85.60")), (B, 2026, 900, 300, None)]
    assert Profile.pgh_event_model.objects.filter(unit=A).count() == 2


def test_a_sheet_with_wrong_cells_changes_nothing_and_comes_back_marked(client, office):
    sent = sheet([A, 2026, 1300, "", ""], [B, 2025, "多", -1, ""], [NEXT_DOOR, 2026, 5, "", ""], [A, 2026, "", "", "x"])
    answer = client.post(reverse("unit_profiles_sheet"), {"sheet": sent})
    refused = answer.context["refused"]
    wrong = [f"{one.column}{one.row}" for one in refused.problems]
    assert (answer.status_code, wrong, kept()) == (409, ["B3", "C3", "D3", "A4", "A5", "E5"], [])
    address = reverse("unit_sheet_marked", args=[answer.context["marked"]])
    marked = load_workbook(io.BytesIO(client.get(address).content)).worksheets[0]
    assert [cell.coordinate for row in marked.iter_rows() for cell in row if cell.comment] == wrong
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    assert client.get(address).status_code == 404


def test_a_sheet_that_is_none(client, office):
    for raw in (b"rubbish", b"", "区划代码,年度,人口,户数,集体经济收入（万元）\n".encode()):
        sent = SimpleUploadedFile("figures.csv", raw)
        assert client.post(reverse("unit_profiles_sheet"), {"sheet": sent}).status_code in {200, 409}
    assert kept() == []


def test_what_is_far_from_last_year_is_asked_about_and_kept(client, office):
    ProfileFactory(unit_id=A, unit=None, year=2025, population=1100)
    answer = client.post(reverse("unit_profiles"), {f"{A}-population": "11000"}, follow=True)
    cells = answer.context["form"].rows[0]["cells"]
    assert [cell["odd"] and cell["odd"].words for cell in cells] == ["是上年的10倍，没有填错吧？", None, None]
    assert "请再核对一遍。" in [str(message).partition("，")[2] for message in answer.context["messages"]]
    assert kept()[1:] == [(A, 2026, 11000, None, None)]
