"""A star that falls inside the period: payment is frozen, and what was paid is claimed back only by proposal
(formats §3–4)."""

import importlib
import re
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.roles import Role
from followups.models import FollowUp, TimeLimit
from followups.tasks import escalate
from incentives import workflow
from incentives.models import Clawback, LedgerEntry
from notifications.models import Notice
from ratings.register.rerating import rerate
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.clock import freeze_time
from tests.factories import COUNTY, EventFactory, SchemeFactory, at, person, scheme_body
from tests.incentives.conftest import TODAY
from villages.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scheme")]
FIVE, THREE = "330624108201", "330624108203"


@pytest.fixture(autouse=True)
def today():
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


@pytest.fixture
def scheme(county):
    return SchemeFactory(unit=county, year=2026)


def fall(unit, on):
    """A failed spot check: one star less for three months."""
    event = EventFactory(unit=Unit.objects.get(pk=unit), kind="spot_check_failed", on=on)
    rerate([unit])
    return event


def pay(source, amount, unit=FIVE):
    line = source.lines.get(unit=unit)
    if Decimal(amount):
        payments = {line.pk: Decimal(amount)}
        workflow.disburse(
            source, by=source.drafted_by, key=f"{unit}{amount}", document=f"凭{unit}{amount}", payments=payments
        )
    return line


def proposals():
    return list(Clawback.objects.order_by("pk").values_list("unit", "star", "amount", "released", "state"))


@pytest.mark.parametrize(
    ("paid", "amount", "released"),
    [("50000", "30000", "0"), ("25000", "5000", "25000"), ("10000", "0", "30000"), ("0", "0", "30000")],
)
def test_difference(granted, finance, paid, amount, released):
    policy = granted(clawback="difference")
    line = pay(policy, paid)
    fall(FIVE, date(2026, 6, 1))
    assert proposals() == [(FIVE, 4, Decimal(amount), Decimal(released), "open")]
    line.refresh_from_db()
    assert (line.frozen, line.disbursed) == (True, Decimal(paid))
    workflow.confirm_clawback(Clawback.objects.get(), by=finance)
    line.refresh_from_db()
    kept = max(Decimal(paid) - Decimal(amount), Decimal(20000))
    assert (line.frozen, line.committed, line.disbursed) == (False, kept, Decimal(paid) - Decimal(amount))
    policy.refresh_from_db()
    assert (policy.committed, policy.disbursed) == (Decimal("11000.01") + kept, line.disbursed)
    rerate([FIVE])
    workflow.review_clawbacks([FIVE])
    assert [state for *_, state in proposals()] == ["confirmed"]


def test_pro_rata_takes_every_day_of_the_period(granted):
    """19 days of no star, 254 of five, 92 of four: (254 × 50,000 + 92 × 20,000) ÷ 365 = 39,835.616…"""
    policy = granted(clawback="pro_rata")
    pay(policy, "50000")
    fall(FIVE, date(2026, 6, 1))
    assert proposals() == [(FIVE, 4, Decimal("10164.38"), Decimal(0), "open")]


def test_half_a_fen_is_not_claimed_back_twice(granted):
    """15,000 paid, 500.005 due: 14,499.995 back, rounded up, and nothing is left to be released."""
    bands = [(5, 0, None, Decimal(30000)), (4, 0, None, Decimal("1000.01"))]
    bands += [(star, 0, None, Decimal(0)) for star in range(4)]
    pay(granted(clawback="difference", bands=bands, coefficient=Decimal("0.5")), "15000")
    fall(FIVE, date(2026, 6, 1))
    assert proposals() == [(FIVE, 4, Decimal("14500.00"), Decimal(0), "open")]


def test_none_claims_nothing(granted):
    pay(granted(), "50000")
    fall(FIVE, date(2026, 6, 1))
    assert proposals() == []


def test_a_fall_that_ended_by_the_reckoning_day_counts_no_more(granted):
    granted(clawback="difference")
    fall(FIVE, date(2025, 12, 1))  # until 1 March 2026, exclusive
    assert proposals() == []
    fall(FIVE, date(2026, 6, 1))
    assert [unit for unit, *_rest in proposals()] == [FIVE]


@pytest.mark.parametrize("on", [date(2026, 11, 1), date(2026, 11, 24)])
def test_a_star_fallen_by_the_grant_stops_payment_at_once(draft, effect, finance, on):
    fall(FIVE, on)
    policy = effect(draft(clawback="difference"))
    workflow.grant(policy, by=finance)
    assert proposals() == [(FIVE, 4, Decimal(0), Decimal(30000), "open")]
    assert policy.lines.get(unit=FIVE).frozen is True


def told(finance):
    """What finance was told of claims, first to last: the kind and the star."""
    mine = Notice.objects.filter(user=finance, kind__startswith="clawback").order_by("pk")
    return [(notice.kind.removeprefix("clawback_"), notice.params.get("star")) for notice in mine]


def test_running_again_changes_nothing_and_a_deeper_fall_moves_it(granted, finance):
    pay(granted(clawback="difference"), "50000")
    fall(FIVE, date(2026, 10, 1))
    for _again in range(2):
        workflow.review_clawbacks([FIVE])
    assert [row[1:3] for row in proposals()] == [(4, Decimal(30000))]
    EventFactory(unit=Unit.objects.get(pk=FIVE), kind="spot_check_failed", on=date(2026, 10, 2))
    rerate([FIVE])
    assert [row[1:3] for row in proposals()] == [(3, Decimal("48999.99"))]
    assert told(finance) == [("proposed", 4), ("proposed", 3)]


def test_it_lapses_when_the_star_never_fell(granted, finance):
    policy = granted(clawback="difference")
    pay(policy, "25000")
    fall(FIVE, date(2026, 6, 1))
    county = Unit.objects.get(pk=COUNTY)
    SchemeFactory(unit=county, year=2026, version=2, body=scheme_body(year=2026, unit=COUNTY) | {"rules": []})
    rerate([FIVE])
    assert [state for *_, state in proposals()] == ["lapsed"]
    assert policy.lines.get(unit=FIVE).frozen is False
    assert told(finance) == [("proposed", 4), ("lapsed", None)]
    assert (settlement().state, settlement().reason) == ("cancelled", "该建议已失效。")


def test_declined_stays_declined_for_that_star(granted, finance):
    policy = granted(clawback="difference")
    pay(policy, "25000")
    fall(FIVE, date(2026, 10, 1))
    with pytest.raises(Incomplete):
        workflow.decline_clawback(Clawback.objects.get(), by=finance, reason="")
    workflow.decline_clawback(Clawback.objects.get(), by=finance, reason="已整改")
    workflow.review_clawbacks([FIVE])
    assert [state for *_, state in proposals()] == ["declined"]
    workflow.disburse(policy, by=finance, key="rest", document="凭2")
    assert policy.lines.get(unit=FIVE).disbursed == Decimal(50000)


def test_a_fund_pays_no_further_below_its_minimum_star(draft_fund, effect, finance):
    fund = effect(draft_fund())
    workflow.grant(fund, by=finance)
    line = pay(fund, "100", THREE)
    fall(THREE, date(2026, 10, 1))
    assert proposals() == [(THREE, 2, Decimal(100), line.amount - 100, "open")]
    assert fund.lines.get(unit=THREE).frozen is True
    workflow.decline_clawback(Clawback.objects.get(), by=finance, reason="工程已完工")
    assert fund.lines.get(unit=THREE).frozen is True
    with freeze_time("2026-12-31 10:00+08:00"):
        workflow.review_clawbacks([THREE])
        assert fund.lines.get(unit=THREE).frozen is True
    with freeze_time("2027-01-01 00:10+08:00"):
        rerate([THREE])
    assert LedgerEntry.objects.filter(kind="clawback").count() == 0


@pytest.mark.parametrize(("verdict", "state"), [("confirm", "confirmed"), ("decline", "declined")])
def test_it_is_settled_on_the_page(client, settings, granted, finance, verdict, state):
    settings.SECOND_FACTOR_REQUIRED = False
    policy = granted(clawback="difference")
    pay(policy, "50000")
    fall(FIVE, date(2026, 6, 1))
    address = f"/clawbacks/{Clawback.objects.get().pk}/"
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    assert client.post(address, {"verdict": verdict, "reason": "已核实"}).status_code == 404
    client.force_login(finance)
    page = client.get(f"/policies/{policy.pk}/")
    assert "30,000.00" in page.content.decode()
    given = {"key": page.context["key"], "verdict": verdict, "reason": "已核实"}
    for _twice in range(2):
        assert client.post(address, given)["Location"] == f"/policies/{policy.pk}/"
    assert [row[-1] for row in proposals()] == [state]


def test_only_the_countys_finance_settles_and_once(granted, finance):
    pay(granted(clawback="difference"), "50000")
    fall(FIVE, date(2026, 6, 1))
    clawback = Clawback.objects.get()
    for role in (Role.COUNTY_OFFICE, Role.DISCIPLINE):
        with pytest.raises(NotAllowed):
            workflow.confirm_clawback(clawback, by=person(role, COUNTY))
    workflow.confirm_clawback(clawback, by=finance)
    with pytest.raises(WrongState):
        workflow.confirm_clawback(Clawback.objects.get(), by=finance)
    assert LedgerEntry.objects.filter(kind="clawback").count() == 1


def test_finance_and_the_village_are_told(granted, finance):
    filler = person(Role.FILLER, FIVE)
    pay(granted(clawback="difference"), "50000")
    fall(FIVE, date(2026, 6, 1))
    assert [n.kind for n in Notice.objects.filter(user=finance, kind__startswith="clawback")] == ["clawback_proposed"]
    workflow.confirm_clawback(Clawback.objects.get(), by=finance)
    assert Notice.objects.filter(user=filler).first().kind == "clawback_confirmed"


@pytest.fixture
def recovered(draft_fund, effect, finance):
    """A fund's unit was below the minimum for three months, which are over: nothing announced that."""
    fund = effect(draft_fund())
    workflow.grant(fund, by=finance)
    fall(THREE, date(2026, 8, 24))  # three months, to the day before the 24th of November
    with freeze_time("2026-11-23 10:00+08:00"):
        workflow.review_clawbacks([THREE])
        assert proposals()[-1][-1] == "open"
    return fund


def test_a_proposal_lapses_on_the_day_on_which_the_star_is_back(recovered, finance):
    workflow.review_clawbacks_of_the_day()
    assert proposals()[-1][-1] == "lapsed"
    assert not recovered.lines.get(unit=THREE).frozen


def test_a_proposal_that_holds_no_more_goes_when_it_is_settled(recovered, finance, client):
    clawback = Clawback.objects.latest("pk")
    client.force_login(finance)
    page = client.get(f"/funds/{recovered.pk}/").content.decode()
    key = re.search(r'name="key"\s+value="(\w+)"', page)[1]
    given = {"key": key, "verdict": "decline", "reason": "已恢复"}
    assert client.post(f"/clawbacks/{clawback.pk}/", given).status_code == 409
    clawback.refresh_from_db()
    assert clawback.state == "lapsed"
    assert "是否不再拨付" not in client.get(f"/funds/{recovered.pk}/").content.decode()


@pytest.mark.parametrize(("kind", "most"), [("disburse", "20000"), ("commit", "0"), ("clawback", "30000")])
def test_a_correction_after_a_clawback_leaves_no_total_below_another(granted, finance, kind, most):
    """50,000 were paid and 30,000 claimed back: of the payment 20,000 are left."""
    policy = granted(clawback="difference")
    pay(policy, "50000")
    fall(FIVE, date(2026, 6, 1))
    workflow.confirm_clawback(Clawback.objects.get(), by=finance)
    entry, most = LedgerEntry.objects.get(kind=kind, unit=FIVE), Decimal(most)
    with pytest.raises(Incomplete, match=f"{most:,}"):
        workflow.correct(entry, amount=most + Decimal("0.01"), reason="错付", by=finance)
    if most:
        workflow.correct(entry, amount=most, reason="错付", by=finance)
    line = policy.lines.get(unit=FIVE)
    assert (line.committed, line.disbursed) == {
        "disburse": (Decimal(20000), Decimal(0)),
        "commit": (Decimal(20000), Decimal(20000)),
        "clawback": (Decimal(50000), Decimal(50000)),
    }[kind]


def settlement() -> FollowUp:
    return FollowUp.objects.get(kind="clawback")


def test_an_open_one_is_due_within_the_days_that_the_county_gives_and_goes_up(granted, finance, county):
    city = person(Role.CITY_OFFICE, county.code[:4], username="city")
    TimeLimit.objects.create(unit=county, step="clawback", days=3)
    policy = granted(clawback="difference")
    pay(policy, "50000")
    fall(FIVE, date(2026, 6, 1))
    workflow.review_clawbacks([FIVE])
    one = settlement()
    assert (one.due_at, one.unit_id, one.office) == (at(2026, 11, 28), FIVE, f"{county.name} 财政")
    assert one.link == f"{policy.get_absolute_url()}#clawback{Clawback.objects.get().pk}"
    told = list(Notice.objects.filter(user=finance).values_list("kind", flat=True))
    assert told.count("clawback_proposed") == 1
    assert "clawback.opened" not in told
    with freeze_time("2026-11-30 10:00+08:00"):
        assert escalate() == 1
        assert Notice.objects.get(user=city).kind == "clawback.late"
        workflow.decline_clawback(Clawback.objects.get(), by=finance, reason="会议决定")
    assert (settlement().state, settlement().closed_by) == ("done", finance)


def test_open_ones_of_before_are_followed_up_by_the_migration(granted, finance):
    pay(granted(clawback="difference"), "50000")
    fall(FIVE, date(2026, 6, 1))
    FollowUp.objects.filter(pk=settlement().pk).update(state="cancelled", closed_at=at(2026, 11, 24))
    importlib.import_module("incentives.migrations.0003_follow_clawbacks").follow_open_clawbacks(apps, None)
    again = FollowUp.objects.waiting().get()
    first = FollowUp.objects.filter(kind="clawback").order_by("pk").first()
    copied = ("kind", "subject", "unit", "link", "params", "responsible_unit", "responsible_role")
    assert [getattr(again, name) for name in copied] == [getattr(first, name) for name in copied]
    assert again.due_at == at(2026, 12, 9)


def test_a_clawback_is_opened_where_it_is_settled(client, settings, granted, finance):
    settings.SECOND_FACTOR_REQUIRED = False
    policy = granted(clawback="difference")
    pay(policy, "50000")
    fall(FIVE, date(2026, 6, 1))
    client.force_login(finance)
    page = client.get(reverse("money_overview", args=[COUNTY]))
    assert page.context["overview"].clawbacks.count == 1
    assert f'<a href="{policy.get_absolute_url()}">单位{FIVE}</a>' in page.content.decode()
    found = client.get(reverse("figure_list", args=[COUNTY, "clawbacks"])).context["page"].object_list
    assert [(line.unit, line.url) for line in found] == [(FIVE, policy.get_absolute_url())]
    assert client.get(policy.get_absolute_url()).status_code == 200
