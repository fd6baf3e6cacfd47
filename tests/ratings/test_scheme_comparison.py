"""Two schemes side by side: what is new, gone or changed, in words, for those who may read both."""

import copy
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from accounts.roles import Role
from ratings.presenters.scheme_comparison import compared
from ratings.presenters.scheme_page import SchemeView
from ratings.scheme.reading import check_scheme
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, SchemeFactory, UnitFactory, person, scheme_body
from tests.ratings.random_schemes import schemes


def differences(old: dict, new: dict) -> dict[str, tuple[str, list[tuple]]]:
    views = [SchemeView(check_scheme(body).spec) for body in (old, new)]
    return {
        one.title: (one.kind, [(row.label, row.before, row.after) for row in one.rows])
        for section in compared(*views)
        for one in section.differences
    }


def test_what_is_new_gone_moved_and_changed():
    old = scheme_body()
    new = copy.deepcopy(old)
    first, second = new["areas"][0], new["areas"][1]
    first["criteria"][0]["max"] += 1
    second["criteria"].append(first["criteria"].pop(1) | {"code": "2.9"})
    moved = second["criteria"].pop(0)
    first["criteria"].append(moved)
    found = differences(old, new)
    code = old["areas"][0]["criteria"][1]["code"]
    assert found[f"2.9 {old['areas'][0]['criteria'][1]['name']}"][0] == "added"
    assert found[f"{code} {old['areas'][0]['criteria'][1]['name']}"][0] == "removed"
    kind, rows = found[f"{moved['code']} {moved['name']}"]
    assert (kind, [row[0] for row in rows]) == ("changed", ["考评方面"])
    kind, rows = found[f"1.1 {first['criteria'][0]['name']}"]
    most = first["criteria"][0]["max"]
    assert (kind, rows[0]) == ("changed", ("满分", (str(most - 1),), (str(most),)))


@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(one=schemes(), other=schemes())
def test_two_schemes_are_the_same_only_if_they_say_the_same(one, other):
    rated = ("areas", "stars", "vetoes", "events", "rules", "rule", "tolerance")
    same = all(one.get(key) == other.get(key) for key in rated)
    assert differences(one, one) == {}
    assert (differences(one, other | {"name": one["name"]}) == {}) <= same


@pytest.mark.django_db
def test_readers_of_both_see_them_side_by_side(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE):
        UnitFactory(code=code)
    issued = SchemeFactory()
    body = copy.deepcopy(scheme_body())
    body["areas"][0]["criteria"][0]["max"] = Decimal("6.5")
    draft = SchemeFactory(unit_id=COUNTY, year=2027, state="draft", issued_at=None, body=body | {"year": 2027})
    address = reverse("scheme_compare", args=[draft.pk, issued.pk])
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    page = client.get(address).content.decode()
    assert re.findall(r"<td[^>]*><span>(6\.5|10)<br></span>", page) == ["10", "6.5"]
    for linking in ("scheme", "scheme_issue", "scheme_what_if"):
        assert address in client.get(reverse(linking, args=[draft.pk])).content.decode()
    client.force_login(person(Role.SIGNER, VILLAGE))
    assert client.get(address).status_code == 404
    assert client.get(reverse("scheme_compare", args=[issued.pk, draft.pk])).status_code == 404
    assert client.get(reverse("scheme_compare", args=[issued.pk, issued.pk])).status_code == 200
