"""Assessments over the API: written as a file, issued, frozen; each unit reads its own figure alone."""

import json

import pytest

from reports.models import Assessment
from tests.clients import api_of
from tests.reports.assessments.conftest import FIRST, FORMULA, SECOND

pytestmark = pytest.mark.django_db


def test_it_is_drafted_issued_and_frozen(rows):
    mine, url = api_of(rows.office), "/api/v1/assessments/"
    formula = json.loads(FORMULA) | {"name": "又一考核"}
    made, again = (mine.post(url, {"formula": formula}, format="json", HTTP_IDEMPOTENCY_KEY="a1") for _twice in "12")
    assert (made.status_code, made.json(), Assessment.objects.count()) == (201, again.json(), 2)
    one = f"{url}{made.json()['id']}/"
    wrong = formula | {"terms": [{"code": "a", "takes": "luck", "weight": 0}]}
    refused = mine.post(one + "revise/", {"formula": wrong}, format="json")
    assert (refused.status_code, list(refused.json())) == (400, ["formula"])
    revised = formula | {"terms": formula["terms"][:1], "values": {}}
    assert mine.post(one + "revise/", {"formula": revised}, format="json").json()["units"][0]["figure"] == "26.67"
    assert mine.post(one + "freeze/", {"document": "1号"}, format="json").status_code == 409
    assert mine.post(one + "issue/").json()["state"] == "issued"
    assert mine.post(one + "revise/", {"formula": formula}, format="json").status_code == 409
    frozen = mine.post(one + "freeze/", {"document": "新委〔2027〕2号"}, format="json").json()
    assert (frozen["state"], frozen["document"], frozen["units"][0]) == (
        "frozen",
        "新委〔2027〕2号",
        {"unit": FIRST, "figure": "26.67", "terms": {"a": "0.666667"}, "villages": 3},
    )


def test_each_unit_reads_its_own_figure_alone(rows):
    url = f"/api/v1/assessments/{rows.one.pk}/"
    assert api_of(rows.first).get(url).status_code == 404
    api_of(rows.office).post(url + "issue/")
    assert [unit["unit"] for unit in api_of(rows.office).get(url).json()["units"]] == [FIRST, SECOND]
    assert [unit["unit"] for unit in api_of(rows.first).get(url).json()["units"]] == [FIRST]
    behind = api_of(rows.first).get(url + "villages/", {"unit": FIRST, "term": "a"}).json()
    assert behind[0] == {"unit": f"{FIRST}203", "value": "0.000000"}
    for asked in ({"unit": SECOND, "term": "a"}, {"unit": FIRST, "term": "z"}, {}):
        assert api_of(rows.first).get(url + "villages/", asked).status_code == 404
    for step in ("issue", "freeze", "revise"):
        assert api_of(rows.first).post(f"{url}{step}/").status_code == 404
    assert api_of(rows.elsewhere).get(url).status_code == 404
    body = {"formula": json.loads(FORMULA)}
    assert api_of(rows.elsewhere).post("/api/v1/assessments/", body, format="json").status_code == 404
