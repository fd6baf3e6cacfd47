"""The API for money: the rules of the pages."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from incentives import workflow
from incentives.models import LedgerEntry
from tests.clients import api_of
from tests.clock import freeze_time
from tests.factories import COUNTY, VILLAGE, UnitFactory, person
from tests.incentives.conftest import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


def test_a_policy_lives_through_the_api(draft, finance, office):
    url = f"/api/v1/reward-policies/{draft().pk}/"
    mine, theirs = api_of(finance), api_of(office)
    assert theirs.get(url).status_code == 404
    assert mine.get(url).json()["steps"] == ["revise", "seek_opinion"]
    assert mine.post(url + "seek_opinion/").json()["state"] == "opinion_sought"
    assert mine.post(url + "give_opinion/", {"agreed": True, "number": "备1"}).status_code == 404
    assert theirs.post(url + "give_opinion/", {"agreed": True}).status_code == 400
    assert theirs.post(url + "give_opinion/", {"agreed": True, "number": "备1"}).json()["state"] == "filed"
    assert mine.post(url + "make_effective/").json()["state"] == "effective"
    assert mine.post(url + "grant/").json()["committed"] == "61000.01"
    assert mine.post(url + "grant/").status_code == 409
    pay = {"key": "1", "document": "凭1"}
    for _twice in range(2):
        assert mine.post(url + "disburse/", pay).json()["disbursed"] == "61000.01"
    assert mine.get("/api/v1/ledger/", {"kind": "disburse"}).json()["count"] == 3


def test_policies_and_funds_are_drafted_through_the_api(county, finance, office):
    terms = {"unit": COUNTY, "year": 2026, "name": "办法", "reckoning_day": "2027-01-15", "starts": "2027-01-01"}
    terms |= {"ends": "2027-12-31", "budget": "1000.00"}
    bands = [{"star": 5, "first": 0, "after": 1000, "amount": "3.50"}, {"star": 5, "first": 1000, "amount": "7"}]
    fund = {
        "department": "农业农村局",
        "min_star": 4,
        "weights": [{"star": 4, "weight": "1"}, {"star": 5, "weight": "2"}],
    }
    mine = api_of(finance)
    made = mine.post("/api/v1/reward-policies/", terms | {"bands": bands}, format="json")
    assert (made.status_code, made.json()["state"], made.json()["bands"]) == (
        201,
        "draft",
        [bands[0], bands[1] | {"after": None, "amount": "7.00"}],
    )
    assert mine.post("/api/v1/funds/", terms | fund, format="json").json()["steps"] == ["revise", "seek_opinion"]
    for wrong, field in (
        ({"unit": "330681"}, "unit"),
        ({"name": "办法"}, "name"),
        ({"starts": "2027-02-01"}, "reckoning_day"),
        ({"bands": [bands[0], bands[0]]}, "bands"),
        ({"budgte": "1"}, "budgte"),
    ):
        sent = terms | {"name": "另一办法", "bands": bands} | wrong
        answer = mine.post("/api/v1/reward-policies/", sent, format="json")
        assert (answer.status_code, list(answer.json())) == (400, [field])
    assert api_of(office).post("/api/v1/funds/", terms | fund, format="json").status_code == 404


def test_a_returned_draft_answers_the_office(draft, finance, office):
    url = f"/api/v1/reward-policies/{draft().pk}/"
    api_of(finance).post(url + "seek_opinion/")
    assert api_of(office).post(url + "give_opinion/", {"agreed": False, "opinion": "再算"}).json()["state"] == "draft"


def test_an_entry_is_corrected(granted, finance):
    policy = granted()
    entry = api_of(finance).get("/api/v1/ledger/", {"reward__policy": policy.pk}).json()["results"][-1]
    answer = api_of(finance).post(f"/api/v1/ledger/{entry['id']}/correct/", {"amount": "1", "reason": "多记"})
    assert answer.json()["amount"] == "-1.00"
    assert (
        api_of(person(Role.DISCIPLINE, COUNTY))
        .post(f"/api/v1/ledger/{entry['id']}/correct/", {"amount": "1", "reason": "多记"})
        .status_code
        == 404
    )


@pytest.mark.parametrize("what", ["reward-policies", "rewards", "funds", "allocations", "ledger", "clawbacks"])
def test_elsewhere_nothing_is_there(granted, what):
    policy = granted()
    UnitFactory(code="330681")
    stranger = api_of(person(Role.FINANCE, "330681"))
    assert stranger.get(f"/api/v1/{what}/").json()["results"] == []
    assert stranger.get(f"/api/v1/{what}/{policy.pk}/").status_code == 404
    assert APIClient().get(f"/api/v1/{what}/").status_code == 401


def test_a_village_reads_its_own_reward(granted):
    granted()
    filler = api_of(person(Role.FILLER, "330624108202"))
    assert [(row["unit"], row["amount"]) for row in filler.get("/api/v1/rewards/").json()["results"]] == [
        ("330624108202", "10000.00")
    ]
    assert filler.get("/api/v1/ledger/").status_code == 404
    assert api_of(person(Role.FILLER, VILLAGE)).get("/api/v1/rewards/", {"unit": "330624108202"}).json()["count"] == 0


def test_part_of_a_line_is_paid(granted, finance):
    policy = granted()
    line = policy.lines.get(unit="330624108202")
    body = {"key": "1", "document": "凭1", "payments": [{"line": line.pk, "amount": "0.01"}]}
    assert (
        api_of(finance).post(f"/api/v1/reward-policies/{policy.pk}/disburse/", body, format="json").status_code == 200
    )
    body = {"key": "2", "document": "凭1", "payments": [{"line": line.pk, "amount": "10000.00"}]}
    answer = api_of(finance).post(f"/api/v1/reward-policies/{policy.pk}/disburse/", body, format="json")
    assert (answer.status_code, list(answer.json()["problems"])) == (400, [str(line.pk)])
    line.refresh_from_db()
    assert line.disbursed == Decimal("0.01")


def test_it_is_documented():
    schema = APIClient().get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    assert "/api/v1/allocations/preview/" in schema["paths"]
    assert "post" in schema["paths"]["/api/v1/reward-policies/{id}/give_opinion/"]


def pay(policy, finance, **body):
    return api_of(finance).post(f"/api/v1/reward-policies/{policy.pk}/disburse/", body, format="json")


def part(policy, amount, unit="330624108202"):
    return [{"line": policy.lines.get(unit=unit).pk, "amount": amount}]


def paid(policy):
    policy.refresh_from_db()
    return policy.disbursed


def test_the_same_key_again_pays_once_and_means_the_same(granted, finance):
    policy = granted()
    first = {"key": "1", "document": "凭1", "payments": part(policy, "5.5")}
    assert pay(policy, finance, **first).status_code == 200
    assert pay(policy, finance, **first | {"payments": part(policy, "5.50")}).status_code == 200
    others = [
        {"document": "凭2"},
        {"payments": part(policy, "5.51")},
        {"payments": part(policy, "5.50", "330624108201")},
        {"payments": part(policy, "5.50") + part(policy, "1", "330624108201")},
    ]
    for other in others:
        assert pay(policy, finance, **first | other).status_code == 409, other
    assert pay(policy, finance, key="1", document="凭1").status_code == 409, "all that is owed is another amount"
    assert paid(policy) == Decimal("5.50")


def test_all_that_was_owed_is_the_same_again_whatever_came_after(granted, finance):
    policy = granted()
    frozen = policy.lines.filter(unit="330624108203")
    frozen.update(frozen=True)
    pay(policy, finance, key="0", document="凭0", payments=part(policy, "1"))
    assert pay(policy, finance, key="1", document="凭1").status_code == 200
    entry = LedgerEntry.objects.filter(key="1").first()
    workflow.correct(entry, amount=Decimal(3), reason="多付", by=finance)
    assert pay(policy, finance, key="1", document="凭1").status_code == 200
    assert pay(policy, finance, key="1", document="凭1", payments=part(policy, "1")).status_code == 409
    assert paid(policy) == Decimal("59997.00")


@pytest.mark.parametrize(
    "body",
    [
        {"payment": []},
        {"share": 50},
        {"lines": [1]},
        {"payments": [{"line": 1, "amount": "1", "share": 2}]},
    ],
)
def test_an_unknown_field_pays_nothing(granted, finance, body):
    policy = granted()
    assert pay(policy, finance, **{"key": "1", "document": "凭1"} | body).status_code == 400
    assert paid(policy) == 0


def test_a_line_named_twice_pays_nothing(granted, finance):
    policy = granted()
    answer = pay(policy, finance, key="1", document="凭1", payments=part(policy, "1") + part(policy, "2"))
    assert (answer.status_code, paid(policy)) == (400, 0)


def test_an_empty_list_of_payments_pays_nothing(granted, finance):
    policy = granted()
    assert (pay(policy, finance, key="1", document="凭1", payments=[]).status_code, paid(policy)) == (400, 0)


def test_a_correction_means_the_same_under_its_key_and_knows_what_was_seen(granted, finance):
    policy = granted()
    pay(policy, finance, key="1", document="凭1", payments=part(policy, "100"))
    address = f"/api/v1/ledger/{LedgerEntry.objects.get(key='1').pk}/correct/"

    def correct(**body):
        return (
            api_of(finance)
            .post(address, {"amount": "10", "reason": "错", "key": "k"} | body, format="json")
            .status_code
        )

    assert correct(left="90.00") == 409
    assert (correct(left="100"), correct(), correct(amount="10.00")) == (200, 200, 200)
    assert (correct(amount="11"), correct(reason="别的"), correct(key="l", left="100.00")) == (409, 409, 409)
    assert correct(key="m", amounts="1") == 400
    assert paid(policy) == Decimal(90)


@pytest.mark.parametrize("verb", ["seek_opinion", "make_effective", "grant"])
def test_steps_that_need_nothing_said_refuse_fields(draft, finance, verb):
    policy = draft()
    answer = api_of(finance).post(f"/api/v1/reward-policies/{policy.pk}/{verb}/", {"amount": "1"}, format="json")
    assert answer.status_code == 400
    policy.refresh_from_db()
    assert policy.state == "draft"
