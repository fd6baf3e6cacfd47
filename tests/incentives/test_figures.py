"""A figure about money opens the rows that it is made of."""

import re
from decimal import Decimal

import pytest

from accounts.roles import Role
from incentives import workflow
from incentives.models import Voucher
from tests.clock import freeze_time
from tests.factories import COUNTY, person
from tests.incentives.conftest import TODAY

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="(/policies/\d+/ledger/\?[^"]+)">([\d,.]+)<')


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


@pytest.fixture
def paid(granted, finance, client):
    """A policy of which everything is paid, one payment partly taken back."""
    policy = granted()
    entry = workflow.disburse(policy, by=finance, key="k", document="凭1")[0]
    workflow.correct(entry, by=finance, key="c", amount=Decimal("0.01"), reason="多付")
    client.force_login(finance)
    return policy


def test_each_amount_opens_the_entries_that_it_sums(client, paid):
    voucher = Voucher.objects.get()
    pages = ("/policies/", f"/policies/{paid.pk}/", f"/vouchers/{voucher.pk}/?lines=all")
    found = {link for page in pages for link in LINK.findall(client.get(page).content.decode())}
    for link, figure in found:
        shown = client.get(link.replace("&amp;", "&")).context
        sums = {shown["sum"] or Decimal(0), *(one.amount for one in shown["page"] if not one.corrects_id)}
        assert figure in {f"{one:,.2f}" for one in sums}, link
    assert len(found) > 8
    part = client.get(f"/policies/{paid.pk}/ledger/", {"voucher": voucher.pk}).context
    assert part["sum"] == sum(
        Decimal(line.amount.replace(",", "")) for line in client.get(voucher.get_absolute_url()).context["page"].lines
    )


def test_a_star_opens_its_villages_and_a_wrong_part_is_no_page(client, paid):
    address = f"/policies/{paid.pk}/"
    shown = client.get(address, {"star": 4}).context
    assert [row.unit.code for row in shown["rows"]] == ["330624108202"]
    wrong = [
        (address, {"star": "9"}),
        *(
            (f"{address}ledger/", given)
            for given in (
                {"village": COUNTY},
                {"voucher": "0"},
                {"voucher": "x"},
                {"voucher": "999999"},
                {"total": "x"},
            )
        ),
    ]
    assert {client.get(where, given).status_code for where, given in wrong} == {404}


def test_a_village_reads_when_its_money_was_booked_and_paid(client, paid):

    client.force_login(person(Role.FILLER, "330624108202"))
    line = client.get("/money/").context["rewards"][0]
    assert [(one.kind, one.amount) for one in line.ledgerentry_set.all()] == [
        ("commit", line.amount),
        ("disburse", line.amount),
    ]
