"""A county whose finance pays a granted policy: two people of finance, a township, a village's signer, a stranger."""

from types import SimpleNamespace

import pytest

from accounts.roles import Role
from incentives import workflow
from incentives.models import Voucher
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, person
from tests.incentives.conftest import NOW, draft_policy, make_county, take_effect
from villages.models import Unit

FIVE, FOUR, THREE = "330624108201", "330624108202", "330624108203"
NUMBER = "6222 0812-0400 1234 567"
PLAIN = "6222081204001234567"
GIVEN = {"holder": "=村股份经济合作社", "bank": "新昌农商银行", "number": NUMBER}


@built_once(at=NOW)
def built(db):
    county, office = make_county(), person(Role.COUNTY_OFFICE, COUNTY)
    first, second = (person(Role.FINANCE, COUNTY) for _ in range(2))
    policy = take_effect(draft_policy(county, first), first, office)
    workflow.grant(policy, by=first)
    return SimpleNamespace(
        first=first,
        second=second,
        township=person(Role.TOWNSHIP_OFFICE, FIVE[:9]),
        signer=person(Role.SIGNER, FIVE),
        elsewhere=person(Role.FINANCE, "330681"),
        policy=policy,
        unit=Unit.objects.get(code=FIVE),
    )


@pytest.fixture
def rows(built, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield built


def in_force(rows, **other):
    account = workflow.propose_account(rows.unit, by=rows.first, **(GIVEN | other))
    workflow.confirm_account(account, number=other.get("number", NUMBER), by=rows.second)
    return account


def pay(rows, key="k"):
    workflow.disburse(rows.policy, by=rows.first, key=key, document="拨付1号")
    return Voucher.objects.get(key=key)
