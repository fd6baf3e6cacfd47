"""Appointing by sheet: all or nothing, every invalid cell reported, idempotent, passwords on slips once."""

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts import appointment_import
from accounts.models import Appointment, User
from accounts.roles import Role
from records.workbooks import SheetRefused
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

OTHER_VILLAGE, SECOND = "330681001218", f"{TOWNSHIP}205"


@pytest.fixture
def office():
    for code in (VILLAGE, SECOND, OTHER_VILLAGE):
        UnitFactory(code=code)
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office")


def heads():
    return list(vars(appointment_import.AppointmentColumns.spoken()).values())


def sheet(*lines):
    """CSV of ``lines``: (code, role, name, account, first day, last day)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads())
    for code, role, name, *others in lines:
        username, starts, ends = (*others, "", "", "")[:3]
        writer.writerow([code, "", role, name, username, starts, ends, ""])
    return out.getvalue().encode()


def label(role):
    return str(Role(role).label)


FILLER, SIGNER = label(Role.FILLER), label(Role.SIGNER)


def read(office, *lines):
    return appointment_import.read(
        appointment_import.read_appointments(sheet(*lines)), by=User.objects.get(pk=office.pk)
    )


def wrong(office, *lines):
    """(row, column) of every invalid cell."""
    with pytest.raises(SheetRefused) as refused:
        read(office, *lines)
    return [(problem.row, problem.column) for problem in refused.value.problems]


def held():
    posts = Appointment.objects.exclude(role=Role.TOWNSHIP_OFFICE).order_by("unit_id", "role")
    return [(post.unit_id, post.role, post.user.name) for post in posts.select_related("user")]


def test_a_list_opens_accounts_and_gives_offices(office):
    lines = read(office, (VILLAGE, FILLER, "俞小明"), (SECOND, appointment_import.BOTH, "吕大力", "", "2026-12-01"))
    engaged = appointment_import.carry_out(lines, by=office)
    assert [len(one.password) for one in engaged] == [12, 12]
    assert held() == [(VILLAGE, "filler", "俞小明"), (SECOND, "filler", "吕大力"), (SECOND, "signer", "吕大力")]
    assert all(one.user.must_change_password and one.user.check_password(one.password) for one in engaged)
    assert Appointment.objects.filter(unit=SECOND).values_list("starts", flat=True).distinct().get() == date(
        2026, 12, 1
    )


def test_a_helper_of_no_unit_is_an_error_of_the_preview(office):
    """The name of the helper unit is missing: the cell says so, before anybody is appointed."""
    county = person(Role.COUNTY_OFFICE, COUNTY, username="county")
    assert wrong(county, (COUNTY, label(Role.HELPER), "张三")) == [(2, "H")]


def test_one_person_on_two_lines_is_one_account(office):
    engaged = appointment_import.carry_out(
        read(office, (VILLAGE, FILLER, "俞小明"), (VILLAGE, SIGNER, "俞小明")), by=office
    )
    assert [bool(one.password) for one in engaged] == [True, False]
    assert User.objects.filter(name="俞小明").count() == 1


def test_the_same_sheet_twice_makes_nothing_twice(office):
    lines = [(VILLAGE, FILLER, "俞小明"), (SECOND, appointment_import.BOTH, "吕大力")]
    appointment_import.carry_out(read(office, *lines), by=office)
    before = held()
    again = read(office, *lines)
    assert [line.new_roles for line in again] == [(), ()]
    assert appointment_import.carry_out(again, by=office) == []
    assert held() == before


def test_who_is_there_already_gets_the_office_and_no_second_account(office):
    there = AppointmentFactory(user=UserFactory(name="俞小明"), unit_id=VILLAGE, role=Role.FILLER).user
    elsewhere = UserFactory(username="lv.dali", name="吕大力")
    lines = read(office, (VILLAGE, SIGNER, "俞小明"), (SECOND, SIGNER, "吕大力", "lv.dali"))
    assert [line.user for line in lines] == [there, elsewhere]
    assert [one.password for one in appointment_import.carry_out(lines, by=office)] == ["", ""]


def test_every_wrong_cell_is_told_and_nothing_is_made(office):
    AppointmentFactory(
        user=UserFactory(username="reviewer", name="潘评"), role=Role.COUNTY_REVIEWER, unit=UnitFactory(code=COUNTY)
    )
    UserFactory(username="taken", name="别人")
    assert wrong(
        office,
        (VILLAGE, FILLER, "好人"),
        (OTHER_VILLAGE, FILLER, "俞小明"),
        ("330624999", FILLER, "俞小明"),
        (VILLAGE, label(Role.TOWNSHIP_LEADER), "俞小明"),
        (TOWNSHIP, FILLER, "俞小明"),
        (VILLAGE, SIGNER, "=cmd|' /C calc'!A0"),
        (VILLAGE, SIGNER, "俞小明", "nobody"),
        (VILLAGE, SIGNER, "俞小明", "taken"),
        (VILLAGE, SIGNER, "潘评", "reviewer"),
        (VILLAGE, SIGNER, "俞小明", "", "下周"),
        (SECOND, SIGNER, "俞小明", "", "2026-12-09", "2026-12-01"),
        (VILLAGE, FILLER, "好人"),
    ) == [
        (3, "A"),
        (4, "A"),
        (5, "C"),
        (6, "C"),
        (7, "D"),
        (8, "E"),
        (9, "E"),
        (10, "E"),
        (11, "F"),
        (12, "G"),
        (13, "D"),
    ]
    assert held() == [(COUNTY, "county_reviewer", "潘评")]


def test_an_account_that_is_not_there_is_answered_like_one_that_may_not_be_had(office):
    AppointmentFactory(
        user=UserFactory(username="known", name="潘评"), role=Role.COUNTY_REVIEWER, unit=UnitFactory(code=COUNTY)
    )
    told = []
    for username in ("known", "nobody"):
        with pytest.raises(SheetRefused) as refused:
            read(office, (VILLAGE, SIGNER, "潘评", username))
        told.append([str(problem).replace(username, "…") for problem in refused.value.problems])
    assert told[0] == told[1] != []


def test_two_people_of_one_name_need_the_account(office):
    for _one in range(2):
        AppointmentFactory(user=UserFactory(name="王伟"), unit_id=VILLAGE, role=Role.FILLER)
    assert wrong(office, (VILLAGE, SIGNER, "王伟")) == [(2, "E")]


# ── pages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def send(client, raw, name="cadres.csv"):
    return client.post(reverse("cadre_list"), {"sheet": SimpleUploadedFile(name, raw)})


def test_what_it_does_is_seen_before_it_counts_and_the_slips_are_had_once(client, office):
    client.force_login(office)
    seen = send(client, sheet((VILLAGE, FILLER, "俞小明"), (SECOND, SIGNER, "吕大力")))
    assert (seen.context["new"], seen.context["accounts"], held()) == (2, 2, [])
    carried = {"carried": seen.context["carried"]}
    done = client.post(reverse("cadre_list_make"), carried)
    assert [slip.name for slip in done.context["slips"]] == ["俞小明", "吕大力"]
    assert len(held()) == 2

    sealed = {"sealed": done.context["sealed"]}
    paper = client.post(reverse("slips"), sealed)
    assert (paper["Content-Type"], paper["Cache-Control"], b"".join(paper)[:5]) == (
        "application/pdf",
        "private, no-store",
        b"%PDF-",
    )
    assert client.post(reverse("slips"), sealed).headers["Location"] == reverse("appointments")
    assert client.post(reverse("cadre_list_make"), carried).headers["Location"] == reverse("appointments")
    assert len(held()) == 2


def test_a_seen_sheet_and_slips_are_for_their_reader_alone(client, office):
    client.force_login(office)
    seen = send(client, sheet((VILLAGE, FILLER, "俞小明")))
    done = client.post(reverse("cadre_list_make"), {"carried": seen.context["carried"]})
    other = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="other")
    client.force_login(other)
    seen = send(client, sheet((SECOND, FILLER, "吕大力")))
    assert client.post(reverse("slips"), {"sealed": done.context["sealed"]}).status_code == 302
    client.force_login(office)
    answer = client.post(reverse("cadre_list_make"), {"carried": seen.context["carried"]})
    assert answer.headers["Location"] == reverse("cadre_list")
    assert len(held()) == 1


def test_a_sheet_that_would_do_something_else_now_is_shown_anew(client, office):
    client.force_login(office)
    seen = send(client, sheet((VILLAGE, FILLER, "俞小明"), (SECOND, SIGNER, "吕大力")))
    carried = {"carried": seen.context["carried"]}
    AppointmentFactory(user=UserFactory(name="俞小明"), unit_id=VILLAGE, role=Role.FILLER)
    before = held()
    answer = client.post(reverse("cadre_list_make"), carried)
    assert (answer.status_code, answer.context["new"], held()) == (409, 1, before)
    assert client.post(reverse("cadre_list_make"), carried).status_code == 409, "the second click of a double click"
    done = client.post(reverse("cadre_list_make"), {"carried": answer.context["carried"]})
    assert [slip.name for slip in done.context["slips"]] == ["吕大力"]
    assert len(held()) == len(before) + 1


def test_a_refused_workbook_comes_back_marked(client, office):
    book = Workbook()
    book.active.append(heads())
    book.active.append([VILLAGE, "沙溪村", FILLER, "@俞小明"])
    raw = io.BytesIO()
    book.save(raw)
    client.force_login(office)
    answer = send(client, raw.getvalue(), "cadres.xlsx")
    assert [(p.row, p.column, p.value) for p in answer.context["refused"].problems] == [(2, "D", "@俞小明")]
    address = reverse("cadre_list_marked", args=[answer.context["marked"]])
    marked = load_workbook(io.BytesIO(client.get(address).content)).active["D2"]
    assert (marked.value, marked.fill.fgColor.rgb, bool(marked.comment)) == ("@俞小明", "00FFC7CE", True)
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="other"))
    assert client.get(address).status_code == 404


def test_the_sheet_to_fill_in_holds_the_villages_in_reach_and_comes_back(client, office):
    AppointmentFactory(user=UserFactory(name="俞小明", username="yu"), unit_id=VILLAGE, role=Role.FILLER)
    client.force_login(office)
    book = load_workbook(io.BytesIO(client.get(reverse("cadre_list_empty")).content))
    rows = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]
    at = rows.index(heads())
    assert [(row[0], row[2], row[3]) for row in rows[at + 1 :]] == [
        (VILLAGE, FILLER, "俞小明"),
        (VILLAGE, SIGNER, ""),
        (SECOND, FILLER, ""),
        (SECOND, SIGNER, ""),
    ]
    book.active.cell(at + 3, 4, "吕大力")
    raw = io.BytesIO()
    book.save(raw)
    seen = send(client, raw.getvalue(), "cadres.xlsx")
    assert [(line.name, line.new_roles) for line in seen.context["lines"]] == [("俞小明", ()), ("吕大力", ("signer",))]


@pytest.mark.parametrize("raw", [b"", b"a,b\n1,2\n", b"\x00\x01\x02", b"PK\x03\x04broken"])
def test_what_is_no_list_is_told_so(client, office, raw):
    client.force_login(office)
    answer = send(client, raw)
    assert answer.status_code == 200
    assert answer.context["form"].errors or answer.context.get("refused")


@pytest.mark.parametrize("name", ["俞 小明", "俞　小明", "\u200b俞小明\u3000", "俞小明\n"])
def test_one_person_however_the_name_is_written(office, name):
    appointment_import.carry_out(read(office, (VILLAGE, FILLER, "俞小明")), by=office)
    appointment_import.carry_out(read(office, (VILLAGE, SIGNER, name)), by=office)
    assert list(User.objects.filter(name__contains="俞").values_list("name", flat=True)) == ["俞小明"]


@pytest.mark.parametrize("day", ["2026/12/1", "2026.12.1", "2026年12月1日"])
def test_days_as_offices_write_them(office, day):
    assert [line.starts for line in read(office, (VILLAGE, FILLER, "俞小明", "", day))] == [date(2026, 12, 1)]
