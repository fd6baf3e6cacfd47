"""The page of those who pay answers these in one look, each amount opening its villages:

 1. Which policies and funds wait for somebody, and for whom?
 2. What is due, what is paid, what is frozen?
 3. How is it by star?
 4. In which place is most still to be paid?
 5. What was paid in which month of this year?
 6. What is left of the budget?
 7. How much of what was committed was paid, against the years before?
 8. Which clawbacks wait for a decision, and for how much?
 9. Which villages' payments are frozen?
10. Which villages have not been paid yet?
"""

from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from accounts.roles import Role
from incentives import workflow
from incentives.models import Reward
from records.proof import histories
from tests.clock import freeze_time
from tests.factories import COUNTY, ProfileFactory, at, person
from tests.incentives.conftest import STARS, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


def test_the_amounts_are_those_of_the_ledger(client, granted, draft_fund, finance):
    policy, waiting = granted(), draft_fund()
    workflow.seek_opinion(waiting, by=finance)
    workflow.disburse(policy, by=finance, key="k", document="拨付〔2026〕1号")
    policy.refresh_from_db()
    client.force_login(finance)
    assert client.get(reverse("money_home"))["Location"] == reverse("money_overview", args=[COUNTY])
    seen = client.get(reverse("money_overview", args=[COUNTY])).context["overview"]
    assert [(one.source.name, one.turn and (one.turn.who, one.turn.step.verb)) for one in seen.sources] == [
        (policy.name, None),
        (waiting.name, ("县领导小组办公室", "give_opinion")),
    ]
    assert [(one.due, one.paid, one.unpaid) for one in seen.places] == [(policy.committed, policy.disbursed, 0)]
    assert [bar.figure for bar in seen.months] == [Decimal(0)] * 10 + [policy.disbursed]
    assert [(one.year, one.left, one.paid_share) for one in seen.years] == [
        (2025, policy.budget + waiting.budget - policy.committed, 100)
    ]


def test_finance_opens_the_villages_behind_an_amount_and_no_other_list(client, granted, finance):
    policy = granted()
    client.force_login(finance)

    def listed(state):
        found = client.get(reverse("figure_list", args=[COUNTY, "money"]), {"c": state}).context["page"]
        return {line.unit for line in found.object_list}

    villages = {"330624108201", "330624108202", "330624108203"}
    assert (listed("due") >= villages, listed("settled") & villages) == (True, set())
    workflow.disburse(policy, by=finance, key="k", document="拨付〔2026〕1号")
    assert (listed("due"), listed("settled") >= villages) == (set(), True)
    assert client.get(reverse("figure_list", args=[COUNTY, "stars"])).status_code == 404


def test_what_was_paid_by_month_and_by_year_opens_its_entries(client, granted, finance):
    policy = granted()
    workflow.disburse(policy, by=finance, key="k", document="拨付〔2026〕1号")
    policy.refresh_from_db()
    client.force_login(finance)

    def paid(question, **chosen):
        lines = client.get(reverse("figure_list", args=[COUNTY, question]), chosen).context["page"].object_list
        return sum(cell for line in lines for head, cell in line.cells if head == "已拨（元）")

    overview = client.get(reverse("money_overview", args=[COUNTY])).context["overview"]
    assert paid("payments", a="11") == overview.months[10].figure == policy.disbursed
    assert paid("grants", a="2025") == overview.years[0].disbursed == policy.disbursed
    assert paid("payments", a="10") == 0
    client.force_login(person(Role.FINANCE, "330681"))
    for address in (reverse("money_overview", args=[COUNTY]), reverse("figure_list", args=[COUNTY, "money"])):
        assert client.get(address).status_code == 404


def test_figures_of_next_years_policy_open_its_villages_and_no_amount_is_no_link(client, draft, granted, finance):
    for code in STARS:
        ProfileFactory(unit_id=code, year=2027, population=900, households=300)
    policy = granted(name="2027年度星级村奖励", year=2027)
    client.force_login(finance)
    address = reverse("money_overview", args=[COUNTY])
    page = client.get(address)
    assert [(one.year, one.committed, one.disbursed) for one in page.context["overview"].years] == [
        (2027, policy.committed, Decimal(0))
    ]
    assert page.content.decode().count("grants/?a=2027") == 1
    found = client.get(reverse("figure_list", args=[COUNTY, "grants"]), {"a": "2027"}).context["page"].object_list
    assert sum(cell for line in found for head, cell in line.cells if head == "应拨（元）") == policy.committed > 0


def test_a_past_day_shows_as_frozen_what_was_frozen_then(client, granted, finance):
    granted()
    line, history = Reward.objects.earliest("unit"), histories()[Reward]
    Reward.objects.filter(pk=line.pk).update(frozen=True)
    columns = [
        field.column for field in history._meta.fields if field.name not in ("pgh_id", "pgh_created_at", "frozen")
    ]
    copied = (
        f"insert into {history._meta.db_table} (pgh_created_at, frozen, {', '.join(columns)}) "  # noqa: S608
        f"select %s, %s, {', '.join(columns)} from {history._meta.db_table} where pgh_obj_id = %s limit 1"
    )
    with connection.cursor() as cursor:  # the database's own clock wrote the others
        for moment, frozen in ((at(2026, 11, 24, 9), False), (at(2026, 11, 26, 9), True)):
            cursor.execute(copied, [moment, frozen, line.pk])
    client.force_login(finance)
    with freeze_time("2026-11-27 10:00+08:00"):
        listed = [
            client.get(reverse("figure_list", args=[COUNTY, "grants"]), {"c": "frozen", "day": day}).context["page"]
            for day in ("2026-11-25", "2026-11-26", "2026-11-27")
        ]
    assert [len(page.object_list) for page in listed] == [0, 1, 1]
