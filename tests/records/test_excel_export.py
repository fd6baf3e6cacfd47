"""Every list as Excel: exactly what the person's page shows, with its filter, safe from formulas, in constant
memory."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from records import excel_export
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, DecisionFactory, StarPeriodFactory, UnitFactory, person

pytestmark = pytest.mark.django_db
ELSEWHERE = "330681001218"


def sheet(client, name: str, *args, **query) -> list[tuple]:
    """The rows of a list's workbook below its headings."""
    answer = client.get(reverse(name, args=args), {**query, "as": "xlsx"})
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    rows = list(load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
    heads = next(n for n, row in enumerate(rows) if n and None not in row[:2])
    return rows[heads + 1 :]


@pytest.fixture
def office(client):
    person(Role.FILLER, ELSEWHERE)
    UnitFactory(code=COUNTY)
    UnitFactory(code=TOWNSHIP, name="沙溪镇")
    UnitFactory(code=VILLAGE, name="=1+1村")
    user = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    client.force_login(user)
    return user


def test_a_list_holds_the_rows_of_ones_scope(client, office):
    assert [row[0] for row in sheet(client, "units")] == [TOWNSHIP, VILLAGE]


def test_a_list_keeps_the_filter_of_its_page(client, office):
    assert [row[0] for row in sheet(client, "units", q="沙溪")] == [TOWNSHIP]


def test_what_was_typed_is_text_never_a_formula(client, office):
    answer = client.get(reverse("units"), {"as": "xlsx"})
    cells = [cell for row in load_workbook(io.BytesIO(answer.getvalue())).active for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1村"] == ["s"]


def test_the_public_register_says_less_than_that_of_an_office(client, office):
    decision = DecisionFactory(unit_id=VILLAGE, star=4, document="新评〔2026〕1号")
    StarPeriodFactory(decision=decision, effects=["cap:4"])
    [inside] = sheet(client, "register")
    assert inside[:4] == (VILLAGE, "沙溪镇", "=1+1村", 4)
    assert inside[5:] == (4, "新评〔2026〕1号", "最高4星")
    client.logout()
    [public] = sheet(client, "public_register_place", COUNTY)
    assert public[:4] == (VILLAGE, "沙溪镇", "=1+1村", 4)
    assert len(public) == 5


def test_every_row_is_written_however_many_pages_the_list_has(client, office):
    for n in range(200, 320):
        UnitFactory(code=f"{TOWNSHIP}{n}")
    assert len(sheet(client, "units")) == 121


def test_a_list_too_long_for_one_request_says_so_on_its_page(client, office, monkeypatch):
    monkeypatch.setattr(excel_export, "MOST_ROWS", 1)
    answer = client.get(reverse("units"), {"as": "xlsx", "level": ""}, follow=True)
    assert answer.redirect_chain == [(f"{reverse('units')}?level=", 302)]
    assert [str(message) for message in answer.context["messages"]] == ["此清单超过 1 行，请先缩小范围。"]


@pytest.mark.parametrize(
    ("name", "role", "code"),
    [
        ("applications", Role.TOWNSHIP_OFFICE, TOWNSHIP),
        ("applications_not_begun", Role.TOWNSHIP_OFFICE, TOWNSHIP),
        ("events", Role.DISCIPLINE, COUNTY),
        ("review_decisions", Role.TOWNSHIP_LEADER, TOWNSHIP),
        ("review_batches", Role.TOWNSHIP_OFFICE, TOWNSHIP),
        ("review_objections", Role.DISCIPLINE, COUNTY),
        ("appointments", Role.TOWNSHIP_OFFICE, TOWNSHIP),
        ("policies", Role.FINANCE, COUNTY),
        ("funds", Role.FINANCE, COUNTY),
        ("reports", Role.COUNTY_OFFICE, COUNTY),
        ("trail", Role.AUDITOR, "3306"),
    ],
)
def test_every_list_has_its_sheet(client, name, role, code):
    UnitFactory(code=COUNTY)
    client.force_login(person(role, code))
    answer = client.get(reverse(name), {"as": "xlsx"})
    assert load_workbook(io.BytesIO(answer.getvalue())).active.max_row >= 2
