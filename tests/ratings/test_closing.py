"""Closing a cycle: what is shown is what happens, and it can be reversed while nothing followed (practice §3)."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from incentives import workflow as money
from incentives.ledger_integrity import LEDGER
from incentives.models import Clawback
from incentives.todos import entries
from notifications.models import Notice
from ratings.integrity.register_integrity import REGISTER
from ratings.models import Application, ClosingReversal, Cycle, Decision, StarPeriod
from ratings.register.rerating import export, rerate
from ratings.workflow import closing
from ratings.workflow.event import close as close_event
from ratings.workflow.transition import move
from records.refusals import Incomplete, WrongState
from reviews.appeals.appealable import of_closing
from reviews.workflow import appeals
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    ProfileFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)
from villages.models import Unit

pytestmark = pytest.mark.django_db
FIVE, NONE, DRAFT, WAITING = (f"{TOWNSHIP}{n}" for n in (201, 202, 203, 204))
NOW = "2026-12-30T02:00:00Z"
GIVEN = {"document": "评星办〔2026〕9号"}
EARLY = GIVEN | {"reason": "县里统一安排"}


@pytest.fixture(autouse=True)
def _winter(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def office(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    return person(Role.COUNTY_OFFICE, COUNTY)


@built_once(at=NOW)
def cycle(office):
    """Five stars and a case that holds them at three; none; four with a draft; three, and still in review."""
    SchemeFactory(year=2025, body=scheme_body(year=2025))
    cycle = CycleFactory(facts_until=date(2026, 12, 31))
    for code, star in ((FIVE, 5), (NONE, 0), (DRAFT, 4), (WAITING, 3)):
        unit = UnitFactory(code=code)
        if star:
            DecisionFactory(unit=unit, star=star, on=date(2026, 1, 20))
    EventFactory(unit_id=FIVE, kind="spot_check_failed", on=date(2026, 12, 20))
    ApplicationFactory(cycle=cycle, unit_id=DRAFT)
    ApplicationFactory(cycle=cycle, unit_id=WAITING, state="township_review")
    cycle.windows.filter(step="apply").update(closes=at(2026, 12, 9))
    rerate("")
    return cycle


@built_once(at=NOW)
def paid(cycle, office):
    """Rewards paid for the five and four stars of 2025: 50,000 and 20,000 yuan."""
    finance = person(Role.FINANCE, COUNTY)
    for code in (FIVE, NONE, DRAFT, WAITING):
        ProfileFactory(unit_id=code, year=2025, population=1200, households=400)
    amounts = {5: 50000, 4: 20000, 3: 5000, 2: 0, 1: 0, 0: 0}
    policy = money.draft_policy(
        unit=cycle.unit,
        by=finance,
        name="星级村奖励",
        year=2025,
        reckoning_day=date(2026, 3, 1),
        starts=date(2026, 1, 1),
        ends=date(2026, 12, 31),
        budget=Decimal(100000),
        clawback="difference",
        bands=[(star, 0, None, Decimal(amount)) for star, amount in amounts.items()],
    )
    money.seek_opinion(policy, by=finance)
    money.give_opinion(policy, agreed=True, number="备1", by=office)
    money.make_effective(policy, by=finance)
    money.grant(policy, by=finance)
    lines = {line.unit_id: line for line in policy.lines.all()}
    payments = {lines[DRAFT].pk: Decimal(20000)}
    money.disburse(policy, by=finance, key="1", document="凭1", payments=payments)
    policy.refresh_from_db()
    policy.finance = finance
    return policy


def stars(day=None):
    return dict(StarPeriod.objects.on(day).values_list("unit", "star"))


def exported():
    file = BytesIO()
    export(file)
    return file.getvalue()


def told(*kinds):
    return sorted(Notice.objects.filter(kind__in=kinds).values_list("user__username", "kind"))


def url(name, cycle):
    return reverse(name, args=[cycle.pk])


def open_clawbacks():
    found = Clawback.objects.filter(state="open").order_by("unit")
    return list(found.values_list("unit", "star", "amount", "released"))


def test_the_page_shows_who_becomes_unrated_and_what_money_follows(client, office, paid, cycle):
    client.force_login(office)
    before = (stars(), Decision.objects.count(), Notice.objects.count(), open_clawbacks())
    page = client.get(url("cycle_close", cycle))
    assert [(one.unit, one.before, one.after) for one in page.context["concerned"]] == [
        (FIVE, 4, 0),
        (DRAFT, 4, 0),
        (NONE, 0, 0),
    ]
    assert [(claim.unit, claim.back, claim.released) for _name, claim in page.context["claims"]] == [
        (FIVE, 0, 50000),
        (DRAFT, 20000, 0),
    ]
    assert (page.context["back"], page.context["released"]) == (20000, 50000)
    assert [application.unit_id for application, _label in page.context["exceptions"]] == [WAITING]
    assert (stars(), Decision.objects.count(), Notice.objects.count(), open_clawbacks()) == before
    assert Cycle.objects.get().state == "open"


def test_what_was_shown_is_what_happens_and_a_second_click_is_answered_alike(client, office, paid, cycle):
    people = [person(role, code) for code in (FIVE, NONE, WAITING) for role in (Role.FILLER, Role.SIGNER)]
    client.force_login(office)
    key = client.get(url("cycle_close", cycle)).context["key"]
    answers = [client.post(url("cycle_close", cycle), GIVEN | {"key": key}) for _twice in range(2)]
    assert [(a.status_code, a.url) for a in answers] == [(302, url("cycle", cycle))] * 2
    assert stars() == {FIVE: 0, NONE: 0, DRAFT: 0, WAITING: 3}
    assert open_clawbacks() == [(FIVE, 0, 0, 50000), (DRAFT, 0, 20000, 0)]
    closed = Cycle.objects.get()
    assert (closed.state, closed.closing_document) == ("closed", GIVEN["document"])
    assert set(Decision.objects.filter(origin="closing").values_list("document", flat=True)) == {GIVEN["document"]}
    expected = [(p.username, "star_ended_by_closing") for p in people[:2]]
    expected += [(p.username, "left_without_star") for p in people[2:4]]
    assert told("star_ended_by_closing", "left_without_star") == sorted(expected)


def test_what_changed_since_the_page_was_opened_stops_the_closing(client, office, paid, cycle):
    client.force_login(office)
    key = client.get(url("cycle_close", cycle)).context["key"]
    move([Application.objects.get(unit=WAITING).pk], "reject", "rejected", by=None, reason="材料作假")
    stale = client.post(url("cycle_close", cycle), GIVEN | {"key": key})
    assert (stale.status_code, Cycle.objects.get().state) == (409, "open")
    assert [one.unit for one in stale.context["concerned"]] == [FIVE, DRAFT, WAITING, NONE]
    assert stale.context["form"]["document"].value() == GIVEN["document"]
    assert client.post(url("cycle_close", cycle), GIVEN | {"key": stale.context["key"]}).status_code == 302
    assert stars() == {FIVE: 0, NONE: 0, DRAFT: 0, WAITING: 0}


def test_a_payment_since_the_page_was_opened_stops_the_closing(client, office, paid, cycle):
    client.force_login(office)
    key = client.get(url("cycle_close", cycle)).context["key"]
    line = paid.lines.get(unit=FIVE)
    if not line.frozen:
        money.disburse(paid, by=paid.finance, key="2", document="凭2", payments={line.pk: Decimal(1000)})
    else:
        close_event(line.unit.events.get(), on=date(2026, 12, 29), by=person(Role.DISCIPLINE, COUNTY), reason="已整改")
    assert client.post(url("cycle_close", cycle), GIVEN | {"key": key}).status_code == 409
    assert Cycle.objects.get().state == "open"


@pytest.mark.parametrize("more", [{"star": "5"}, {"confirmed": "1"}])
def test_a_field_that_the_form_does_not_know_closes_nothing(client, office, cycle, more):
    client.force_login(office)
    key = client.get(url("cycle_close", cycle)).context["key"]
    assert client.post(url("cycle_close", cycle), GIVEN | {"key": key} | more).status_code == 400
    assert Cycle.objects.get().state == "open"


def test_without_the_page_or_the_document_nothing_is_closed(client, office, cycle):
    client.force_login(office)
    key = client.get(url("cycle_close", cycle)).context["key"]
    assert client.post(url("cycle_close", cycle), {"key": key, "document": " "}).status_code == 400
    assert client.post(url("cycle_close", cycle), GIVEN).status_code == 409
    with pytest.raises(Incomplete) as refused:
        closing.close(cycle, by=office, document=" ")
    assert refused.value.problems.keys() == {"document"}
    assert Cycle.objects.get().state == "open"


@pytest.mark.parametrize("how", ["window", "extension"])
def test_while_applying_is_open_a_reason_is_needed(client, office, cycle, how):
    if how == "window":
        cycle.windows.filter(step="apply").update(closes=at(2027, 1, 9))
    else:
        cycle.extensions.create(unit_id=NONE, step="apply", closes=at(2027, 1, 9), reason="停电", by=office)
    client.force_login(office)
    key = client.get(url("cycle_close", cycle)).context["key"]
    wrong = client.post(url("cycle_close", cycle), GIVEN | {"key": key})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (400, ["reason"])
    api = reverse("api-cycle-close", args=[cycle.pk])
    assert client.post(api, GIVEN, content_type="application/json").status_code == 400
    key = wrong.context["key"]
    assert client.post(url("cycle_close", cycle), EARLY | {"key": key}).status_code == 302
    assert Cycle.objects.get().closing_reason == EARLY["reason"]


# Reversing it.


def test_a_closing_taken_back_leaves_everything_as_if_it_never_were(client, office, paid, cycle):
    signer = person(Role.SIGNER, FIVE)
    before = (exported(), open_clawbacks(), StarPeriod.objects.known().count())
    closing.close(cycle, by=office, **GIVEN)
    assert exported() != before[0]
    client.force_login(office)
    shown = client.get(url("cycle_reverse_closing", cycle)).context
    assert [(one.unit, one.before, one.after) for one in shown["concerned"]] == [
        (FIVE, 0, 4),
        (DRAFT, 0, 4),
        (NONE, 0, 0),
    ]
    assert [claim.unit for _name, claim in shown["claims"]] == [FIVE, DRAFT]
    missing = client.post(url("cycle_reverse_closing", cycle), {"key": shown["key"], "reason": " "})
    assert (missing.status_code, Cycle.objects.get().state) == (400, "closed")
    given = {"key": missing.context["key"], "reason": "窗口还开着，关错了"}
    answers = [client.post(url("cycle_reverse_closing", cycle), given) for _twice in range(2)]
    assert [(a.status_code, a.url) for a in answers] == [(302, url("cycle", cycle))] * 2
    late = client.post(url("cycle_reverse_closing", cycle), given | {"reason": "另一个理由"})
    assert [late.status_code, late.context["refused"][0].typed[0][1]] == [409, "另一个理由"]
    assert (exported(), open_clawbacks(), StarPeriod.objects.known().count()) == before
    again = Cycle.objects.get()
    assert (again.state, again.closed_at, again.scoring_closed_at, again.closing_document) == ("open", None, None, "")
    assert set(Decision.objects.filter(origin="closing").values_list("state", flat=True)) == {"reversed"}
    assert ClosingReversal.objects.get().reason == "窗口还开着，关错了"
    assert told("star_given_back") == [(signer.username, "star_given_back")]
    assert [line.frozen for line in paid.lines.filter(unit__in=[FIVE, DRAFT]).order_by("unit")] == [True, False]
    assert [list(check.faults()) for check in (REGISTER, LEDGER)] == [[], []]
    closing.close(again, by=office, **GIVEN)
    assert stars()[DRAFT] == 0


def test_a_claim_declined_on_a_closing_that_never_was_is_asked_again(office, paid, cycle):
    before = open_clawbacks()
    with freeze_time("2026-12-30T03:00:00Z"):
        closing.close(cycle, by=office, **GIVEN)
        money.decline_clawback(Clawback.objects.get(unit=DRAFT, state="open"), by=paid.finance, reason="已整改")
    with freeze_time("2026-12-30T04:00:00Z"):
        Notice.objects.all().delete()
        closing.reverse(Cycle.objects.get(), by=office, reason="关错了")
        assert open_clawbacks() == before
        assert (paid.finance.username, "clawback_proposed") in told("clawback_proposed")
        Notice.objects.all().delete()
    with freeze_time("2026-12-30T05:00:00Z"):
        closing.close(Cycle.objects.get(), by=office, **GIVEN)
        assert open_clawbacks() == [(FIVE, 0, 0, 50000), (DRAFT, 0, 20000, 0)]
        assert (paid.finance.username, "clawback_proposed") in told("clawback_proposed")
        titles = [str(todo.title) for todo in entries(User.objects.get(pk=paid.finance.pk))]
        name = Unit.objects.get(pk=DRAFT).name
        assert [name in title for title in titles].count(True) == 1
        money.decline_clawback(Clawback.objects.get(unit=DRAFT, state="open"), by=paid.finance, reason="已整改")
        money.review_clawbacks([DRAFT])
        assert [unit for unit, *_ in open_clawbacks()] == [FIVE]


def test_a_page_carried_out_and_taken_back_since_does_not_say_it_is_done(client, office, paid, cycle):
    client.force_login(office)
    close, back = url("cycle_close", cycle), url("cycle_reverse_closing", cycle)
    closed = GIVEN | {"key": client.get(close).context["key"]}
    assert client.post(close, closed).status_code == 302
    reversed_ = {"reason": "关错了", "key": client.get(back).context["key"]}
    assert client.post(back, reversed_).status_code == 302
    assert (client.post(close, closed).status_code, Cycle.objects.get().state) == (409, "open")
    closing.close(cycle, by=office, **GIVEN, at=at(2026, 12, 30, 11))
    assert (client.post(back, reversed_).status_code, Cycle.objects.get().state) == (409, "closed")


def test_the_api_closes_and_takes_back(client, office, cycle):
    client.force_login(office)
    outlook = client.get(reverse("api-cycle-closing-outlook", args=[cycle.pk])).json()
    assert [(one["unit"], one["before"]) for one in outlook["concerned"]] == [(FIVE, 4), (NONE, 0), (DRAFT, 4)]
    close = reverse("api-cycle-close", args=[cycle.pk])
    post = {"content_type": "application/json"}
    assert client.post(close, {}, **post).status_code == 400
    assert client.post(close, GIVEN | {"star": 5}, **post).status_code == 400
    assert client.post(close, GIVEN, **post).json()["state"] == "closed"
    back = reverse("api-cycle-reverse-closing", args=[cycle.pk])
    assert client.post(back, {}, **post).status_code == 400
    assert client.post(back, {"reason": "关错了"}, **post).json()["state"] == "open"
    assert client.post(back, {"reason": "关错了"}, **post).status_code == 409
    assert stars() == {FIVE: 4, DRAFT: 4, WAITING: 3}


def committed(cycle, office, paid):
    money.confirm_clawback(Clawback.objects.get(unit=DRAFT, state="open"), by=paid.finance)


def decided_later(cycle, office, paid):
    DecisionFactory(unit_id=DRAFT, star=3, on=date(2027, 1, 2), decided_at=at(2027, 1, 2))


def appealed(cycle, office, paid):
    subject = of_closing(Decision.objects.get(unit=DRAFT, origin="closing"))
    appeals.appeal_subject(subject, reasons="不知情", by=person(Role.SIGNER, DRAFT))


@pytest.mark.parametrize("follows", [committed, decided_later, appealed])
def test_a_closing_that_something_followed_stands(client, office, paid, cycle, follows):
    closing.close(cycle, by=office, **GIVEN)
    closing.foresee_reversal(cycle, by=office)
    client.force_login(office)
    key = client.get(url("cycle_reverse_closing", cycle)).context["key"]
    follows(cycle, office, paid)
    with pytest.raises(WrongState):
        closing.reverse(cycle, by=office, reason="关错了")
    refused = client.post(url("cycle_reverse_closing", cycle), {"key": key, "reason": "关错了"})
    assert (refused.status_code, Cycle.objects.get().state) == (409, "closed")
    assert not ClosingReversal.objects.exists()


def test_a_reversed_closing_cannot_be_appealed(office, cycle):
    closing.close(cycle, by=office, **GIVEN)
    decision = Decision.objects.get(unit=DRAFT, origin="closing")
    closing.reverse(cycle, by=office, reason="关错了")
    decision.refresh_from_db()
    with pytest.raises(WrongState):
        appeals.appeal_subject(of_closing(decision), reasons="不知情", by=person(Role.SIGNER, DRAFT))


def test_the_database_opens_no_closed_cycle_without_a_reversal(office, cycle):
    closing.close(cycle, by=office, **GIVEN)
    with pytest.raises(DatabaseError), transaction.atomic():
        Cycle.objects.filter(pk=cycle.pk).update(state="open", closed_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(unit=FIVE, origin="imported").update(state="reversed")
