"""``POST /api/v1/allocations/preview/`` (formats §4)."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from incentives.allocation_rule import WeightedClaim, allocate
from incentives.money import yuan
from tests.built_once import built_once
from tests.clients import api_of
from tests.factories import COUNTY, UnitFactory, person

pytestmark = pytest.mark.django_db
URL = "/api/v1/allocations/preview/"
A, B, C, ELSEWHERE = "330624108201", "330624108202", "330624108203", "330681001218"


@built_once
def payer(db):
    for code in (A, B, C, ELSEWHERE):
        UnitFactory(code=code)
    return person(Role.FINANCE, COUNTY)


@pytest.fixture
def api(payer):
    return api_of(payer)


def ask(api, *units, budget="100.00"):
    return api.post(URL, {"budget": budget, "units": list(units)}, format="json")


def test_it_answers_in_the_order_given(api):
    answer = ask(api, *({"unit": unit, "weight": "1"} for unit in (C, A, B)), budget="1.00")
    assert answer.status_code == 200
    assert answer.json() == {
        "amounts": [
            {"unit": C, "amount": "0.33"},
            {"unit": A, "amount": "0.34"},
            {"unit": B, "amount": "0.33"},
        ],
        "total": "1.00",
    }


def test_it_is_the_calculation(api):
    answer = ask(
        api,
        {"unit": A, "weight": "1.25", "at_least": "1000.00", "at_most": "90000.00"},
        {"unit": B, "weight": "2.75", "at_most": "99999999.99"},
        {"unit": C, "weight": "0.3333333", "at_most": "500"},
        budget="1000.01",
    )
    claims = [
        WeightedClaim(A, Decimal("1.25"), 1000_00, 90000_00),
        WeightedClaim(B, Decimal("2.75"), 0, 99999999_99),
        WeightedClaim(C, Decimal("0.3333333"), 0, 500_00),
    ]
    amounts = allocate(1000_01, claims)
    assert [row["amount"] for row in answer.json()["amounts"]] == [str(yuan(amounts[unit])) for unit in (A, B, C)]


@pytest.mark.parametrize("given", [1000, 1000.5, "1000", "1000.5"])
def test_a_budget_may_have_fewer_decimals(api, given):
    assert ask(api, {"unit": A, "weight": 1}, budget=given).json()["total"] == f"{Decimal(given):.2f}"


def test_nobody_and_nothing(api):
    assert ask(api, budget="0").json() == {"amounts": [], "total": "0.00"}


ONE = {"unit": A, "weight": "1"}


@pytest.mark.parametrize(
    ("units", "budget", "place"),
    [
        ([ONE], "-0.01", ["budget"]),
        ([ONE], "1.001", ["budget"]),
        ([ONE], "NaN", ["budget"]),
        ([ONE], "1e3", ["budget"]),
        ([ONE], None, ["budget"]),
        ([ONE], True, ["budget"]),
        ([], "1.00", ["budget"]),
        ([ONE | {"weight": "0"}], "1.00", ["units", "0", "weight"]),
        ([ONE | {"weight": "-1"}], "1.00", ["units", "0", "weight"]),
        ([ONE | {"weight": "Infinity"}], "1.00", ["units", "0", "weight"]),
        ([{"unit": A}], "1.00", ["units", "0", "weight"]),
        ([{"weight": "1"}], "1.00", ["units", "0", "unit"]),
        ([ONE | {"at_least": "0.001"}], "1.00", ["units", "0", "at_least"]),
        ([ONE | {"at_least": "-1"}], "1.00", ["units", "0", "at_least"]),
        ([ONE | {"at_most": "-1"}], "1.00", ["units", "0", "at_most"]),
        ([ONE | {"at_least": "2", "at_most": "1"}], "1.00", ["units", "0", "at_most"]),
        ([ONE, ONE], "1.00", ["units", "1", "unit"]),
        ([ONE | {"at_least": "2"}], "1.00", ["budget"]),
        ([ONE | {"at_most": "0.99"}], "1.00", ["budget"]),
    ],
)
def test_what_is_wrong_is_named(api, units, budget, place):
    answer = ask(api, *units, budget=budget)
    assert answer.status_code == 400
    found = answer.json()
    for step in place:
        found = found[step]
    assert found[0]


@pytest.mark.parametrize(
    ("units", "difference"),
    [
        ([ONE | {"at_least": "60"}, {"unit": B, "weight": "1", "at_least": "52.34"}], "12.34"),
        ([ONE | {"at_most": "60"}, {"unit": B, "weight": "1", "at_most": "39.99"}], "0.01"),
    ],
)
def test_limits_say_by_how_much(api, units, difference):
    assert difference in ask(api, *units).json()["budget"][0]


def test_a_unit_outside_is_as_unknown(api):
    outside = ask(api, {"unit": ELSEWHERE, "weight": "1"})
    unknown = ask(api, {"unit": "330624108399", "weight": "1"})
    assert (outside.status_code, outside.json()) == (unknown.status_code, unknown.json()) == (400, outside.json())


def test_strangers_are_asked_to_sign_in():
    assert APIClient().post(URL, {}, format="json").status_code == 401


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.DISCIPLINE, Role.DEPARTMENT])
def test_others_find_nothing(role):
    client = api_of(person(role, COUNTY))
    assert client.post(URL, {}, format="json").status_code == 404
