"""Every address of the API, every role; and nothing can be created there for other people's units."""

import re
from itertools import product
from types import SimpleNamespace

import pytest
from django.http import HttpResponse

from tests.access_isolation import API_METHODS, faults
from tests.requests_by_role import knock
from tests.route_permissions import API, DOORS
from tests.visitors import choose

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def everybody(world):
    choose(world, product(API, API_METHODS))
    return world


@pytest.mark.parametrize("name", sorted(API))
def test_who_finds_what_behind_the_door(everybody, name):
    """Exactly those with the permission get it; for all others, it is like a made-up address."""
    assert faults(everybody, name) == []


def bodies(own: SimpleNamespace, names: tuple[str, ...]) -> dict[str, dict]:
    """What can be created over the API, about the objects of ``own``; ``names`` are people there."""
    cycle, unit = own.cycle.pk, own.idle_village.code
    day = "2026-11-23"
    time = {"opens": "2027-11-01T00:00+08:00", "closes": "2027-12-01T00:00+08:00"}
    times = [{"step": step} | time for step in ("apply", "township_review", "county_review")]
    meeting = {"cycle": cycle, "unit": own.township.code, "stage": "township", "met_on": day, "document": "评9号"}
    return {
        "api-application-list": {"cycle": cycle, "unit": unit},
        "api-cycle-list": {"scheme": own.waiting_scheme.pk, "facts_until": "2027-12-31", "windows": times},
        "api-event-list": {"unit": unit, "kind": "spot_check_failed", "on": day},
        "api-panel-list": {"cycle": cycle, "unit": own.township.code, "stage": "township", "reviewers": names},
        "api-batch-list": meeting | {"decided": []},
        "api-appointment-list": {"username": "newcomer", "name": "无职", "role": "filler", "unit": unit, "starts": day},
        "api-report-list": {"unit": own.county.code, "year": 2026},
        "api-allocation-preview": {"budget": "1.00", "units": [{"unit": unit, "weight": "1"}]},
        "api-unit-list": {"level": "station", "above": own.township.code, "name": "司法所"},
        "api-unit-tags": {"units": [{"unit": unit, "tags": ["山区"]}]},
        "api-order-rename": {"unit": unit, "name": "又一村", "document": "新政9号", "on": day, "reason": "地名规范"},
        "api-profile-report": {"year": 2026, "figures": [{"unit": unit, "population": 1200}]},
    }


MAKERS = {
    "api-application-list": "township_office",
    "api-cycle-list": "county_office",
    "api-event-list": "discipline",
    "api-panel-list": "township_office",
    "api-batch-list": "township_office",
    "api-appointment-list": "township_office",
    "api-report-list": "finance",
    "api-allocation-preview": "finance",
    "api-unit-list": "county_office",
    "api-unit-tags": "county_office",
    "api-order-rename": "county_office",
    "api-profile-report": "county_office",
}


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_made_elsewhere(world, name):
    """What succeeds at home is refused for another county's objects as for made-up ones."""
    maker, address = MAKERS[name], DOORS[name].address(name, world)
    nowhere = SimpleNamespace(pk=987654321, code="330699999299")
    made_up = SimpleNamespace(
        **dict.fromkeys(("cycle", "idle_village", "waiting_scheme", "township", "county"), nowhere)
    )
    panel = ("township_reviewer", "township_reviewer_b")
    body, unknown = bodies(world.first, panel)[name], bodies(made_up, ("nobody_a", "nobody_b"))[name]
    assert knock(world, maker, "post", address, body).status_code in {200, 201}
    theirs, nobodys = (knock(world, f"{maker}2", "post", address, of) for of in (body, unknown))
    assert theirs.status_code in {400, 404}
    assert anonymised(theirs, body) == anonymised(nobodys, unknown)


def anonymised(answer: HttpResponse, sent: dict) -> str:
    """The status and text of a response, without the values that were sent."""
    text = f"{answer.status_code} {answer.text_shown}"
    for value in sorted(map(str, flat(sent)), key=len, reverse=True):
        text = re.sub(f"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", "…", text)
    return text


def flat(value) -> list:
    if isinstance(value, dict | list | tuple):
        return [leaf for part in (value.values() if isinstance(value, dict) else value) for leaf in flat(part)]
    return [value]
