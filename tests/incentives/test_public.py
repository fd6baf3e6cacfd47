"""The public register of filed policies: what is on file, and nothing of what is not."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from incentives import workflow
from tests.clock import freeze_time
from tests.factories import COUNTY, UnitFactory
from tests.incentives.conftest import TODAY
from tests.small_files import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


@pytest.fixture
def listed(client):
    def names(address="/public/policies/", **typed):
        return [row.name for row in client.get(address, typed).context["rows"]]

    return names


def test_what_is_on_file_is_public_and_nothing_else(client, listed, draft, draft_fund, finance, office):
    policy, fund = draft(attachment=SimpleUploadedFile("办法.png", PNG)), draft_fund()
    paper = f"/public/policies/policy/{policy.pk}/attachment/"
    workflow.seek_opinion(policy, by=finance)
    assert (listed(), client.get(paper).status_code) == ([], 404)
    workflow.give_opinion(policy, agreed=True, number="备1", by=office)
    assert listed() == [policy.name]
    assert b"".join(client.get(paper).streaming_content) == PNG
    workflow.seek_opinion(fund, by=finance)
    workflow.give_opinion(fund, agreed=True, number="备2", by=office)
    workflow.make_effective(fund, by=finance)
    assert sorted(listed()) == sorted([policy.name, fund.name])
    workflow.take_back(policy, by=finance, reason="预算调整")
    assert (listed(), client.get(paper).status_code) == ([fund.name], 404)
    assert client.get(f"/public/policies/fund/{fund.pk}/attachment/").status_code == 404, "it has none"


def test_it_is_found_by_county_and_title(client, listed, draft, effect):
    policy = effect(draft())
    other = UnitFactory(code="330681", name="诸暨市")
    assert listed(f"/public/policies/{COUNTY}/") == listed(q=policy.unit.name) == listed(q="星级村") == [policy.name]
    assert listed(f"/public/policies/{other.code}/") == listed(q="诸暨") == listed(q="没有") == []
    assert client.get("/public/policies/330699/").status_code == 404


def test_the_sums_on_file_open_what_each_village_was_granted_and_paid(client, draft, effect, finance):
    policy = effect(draft())
    address = f"/public/policies/policy/{policy.pk}/"
    assert (list(client.get(address).context["page"]), client.get("/public/policies/x/1/").status_code) == ([], 404)
    workflow.grant(policy, by=finance)
    workflow.disburse(policy, by=finance, key="1", document="凭1")
    listed, policy = client.get("/public/policies/").content.decode(), type(policy).objects.get()
    for link, figure in ((address, policy.budget), (f"{address}#villages", policy.disbursed)):
        assert listed.count(f'<a href="{link}">{figure:,.2f}</a>') == 1, link
    page = client.get(address).context["page"]
    assert (sum(line.committed for line in page), sum(line.disbursed for line in page)) == (
        policy.committed,
        policy.disbursed,
    )


def test_a_draft_has_no_public_page(client, draft):
    assert client.get(f"/public/policies/policy/{draft().pk}/").status_code == 404
