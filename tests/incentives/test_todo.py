"""What waits for whom: the next step first."""

import pytest
from freezegun import freeze_time

from accounts.roles import Role
from incentives import workflow
from incentives.todo import entries
from tests.factories import COUNTY, person
from tests.incentives.conftest import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


def urls(user):
    return [todo.url for todo in entries(user)]


def test_each_step_waits_for_the_one_who_takes_it(draft, finance, office, django_assert_max_num_queries):
    policy = draft()
    page = f"/policies/{policy.pk}/"
    assert (urls(finance), urls(office)) == ([page], [])
    workflow.seek_opinion(policy, by=finance)
    assert (urls(finance), urls(office)) == ([], [page])
    workflow.give_opinion(policy, agreed=True, number="备1", by=office)
    assert (urls(finance), urls(office)) == ([page], [])
    workflow.make_effective(policy, by=finance)
    assert urls(finance) == [page]
    workflow.grant(policy, by=finance)
    with django_assert_max_num_queries(2):
        assert urls(finance) == [page]
    workflow.disburse(policy, by=finance, key="1", document="凭1")
    assert urls(finance) == []


def test_nothing_waits_for_others(draft, draft_fund, finance):
    draft(), draft_fund()
    assert len(urls(finance)) == 2
    assert urls(person(Role.DISCIPLINE, COUNTY)) == []
