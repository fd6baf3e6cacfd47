"""The steps on the page of a policy or fund, with a second tab in between: as shown, or not at all."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages

from accounts.roles import Role
from incentives import workflow
from incentives.models import Clawback, LedgerEntry
from ratings.register.rerating import rerate
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, EventFactory, SchemeFactory, person, scheme_body
from tests.incentives.conftest import BANDS, NOW, draft_policy, hold, take_effect
from villages.models import Profile, Unit

pytestmark = pytest.mark.django_db
FIVE, UNRATED = "330624108201", "330624108204"


@pytest.fixture(autouse=True)
def today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


@pytest.fixture
def tab(client):
    """``tab(user, source)``: the page as ``user`` sees it now; call it with a verb and fields to take a step on it."""

    def open_(user, source):
        client.force_login(user)
        address = f"/{'policies' if source.PAGE == 'policy' else 'funds'}/{source.pk}/"
        key = client.get(address).context["key"]

        def take(verb, **fields):
            client.force_login(user)
            return client.post(f"{address}step/{verb}/", {"key": key} | fields)

        return take

    return open_


def sought(policy, finance, office):
    workflow.seek_opinion(policy, by=finance)


def filed(policy, finance, office):
    sought(policy, finance, office)
    workflow.give_opinion(policy, agreed=True, number="备1", by=office)


def effective(policy, finance, office):
    filed(policy, finance, office)
    workflow.make_effective(policy, by=finance)


STEPS = {
    "seek_opinion": (None, {}),
    "give_opinion": (sought, {"agreed": "1", "number": "备1"}),
    "take_back": (filed, {"reason": "改"}),
    "make_effective": (filed, {}),
    "grant": (effective, {}),
}


def at(verb, policy, finance, office):
    prepare, fields = STEPS[verb]
    if prepare:
        prepare(policy, finance, office)
    return (office if verb == "give_opinion" else finance), fields


def snapshot(policy):
    policy.refresh_from_db()
    return policy.state, policy.filing_number, policy.lines.count(), LedgerEntry.objects.count()


def figure_changed(policy, finance, office):
    Profile.objects.filter(unit=FIVE).update(population=10)


def star_changed(policy, finance, office):
    hold(Unit.objects.get(pk=UNRATED), 5)


def unit_renamed(policy, finance, office):
    Unit.objects.filter(pk=FIVE).update(name="新名村")


def unit_no_longer_rated(policy, finance, office):
    Unit.objects.filter(pk=FIVE).update(rated=False)


def said(answer):
    return [str(one) for one in get_messages(answer.wsgi_request)]


OTHER_CHANGES = [star_changed, unit_renamed, unit_no_longer_rated]


@pytest.mark.parametrize(
    ("verb", "change"),
    [*((verb, figure_changed) for verb in STEPS), *(("grant", change) for change in OTHER_CHANGES)],
)
def test_a_list_that_changed_is_shown_anew(draft, finance, office, tab, verb, change):
    policy = draft()
    user, fields = at(verb, policy, finance, office)
    old = tab(user, policy)
    change(policy, finance, office)
    before = snapshot(policy)
    for _twice in range(2):
        answer = old(verb, **fields)
        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (409, True)
    assert snapshot(policy) == before
    assert tab(user, policy)(verb, **fields).status_code == 302


@pytest.mark.parametrize("kind", ["policy", "fund"])
def test_terms_changed_in_another_tab_are_not_put_before_the_office_unseen(draft, draft_fund, finance, tab, kind):
    source = draft() if kind == "policy" else draft_fund()
    old = tab(finance, source)
    if kind == "policy":
        workflow.revise_policy(source, by=finance, bands=[*BANDS[:-1], (0, 0, None, Decimal(1))])
    else:
        workflow.revise_fund(source, by=finance, weights={5: Decimal(2), 4: Decimal("1.6"), 3: Decimal(1)})
    assert old("seek_opinion").status_code == 409
    source.refresh_from_db()
    assert source.state == "draft"


def test_an_opinion_on_what_was_taken_back_and_sought_again_is_not_given(draft, finance, office, tab):
    policy = draft()
    sought(policy, finance, office)
    old = tab(office, policy)
    workflow.give_opinion(policy, agreed=False, opinion="改", by=office)
    workflow.revise_policy(policy, by=finance, budget=Decimal(99999))
    workflow.seek_opinion(policy, by=finance)
    answer = old("give_opinion", agreed="1", number="备7", opinion="同意这样做")
    assert (answer.status_code, snapshot(policy)[0]) == (409, "opinion_sought")
    assert "同意这样做" in answer.content.decode(), "what was typed is still there"
    assert 'value="备7"' in answer.content.decode()


@pytest.mark.parametrize("verb", STEPS)
def test_a_double_click_is_answered_as_done(draft, finance, office, tab, verb):
    policy = draft()
    user, fields = at(verb, policy, finance, office)
    old = tab(user, policy)
    answers = [old(verb, **fields) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    first, second = said(answers[1])
    assert first == second
    if verb == "grant":
        assert LedgerEntry.objects.count() == 3


@pytest.mark.parametrize("verb", STEPS)
def test_without_the_key_of_a_page_it_is_shown_first(draft, finance, office, client, verb):
    policy = draft()
    user, fields = at(verb, policy, finance, office)
    before = snapshot(policy)
    client.force_login(user)
    for key in ({}, {"key": ""}, {"key": "unknown"}):
        answer = client.post(f"/policies/{policy.pk}/step/{verb}/", fields | key)
        assert (answer.status_code, snapshot(policy)) == (409, before), key


@pytest.mark.parametrize("verb", STEPS)
def test_an_unknown_field_is_an_error(draft, finance, office, tab, verb):
    policy = draft()
    user, fields = at(verb, policy, finance, office)
    before, take = snapshot(policy), tab(user, policy)
    for unknown in ("amount", "confirm", "opinions"):
        answer = take(verb, **fields, **{unknown: "1"})
        assert (answer.status_code, unknown in answer.content.decode(), snapshot(policy)) == (400, True, before)


def test_an_opinion_says_whether_it_agrees(draft, finance, office, tab):
    policy = draft()
    sought(policy, finance, office)
    take = tab(office, policy)
    for agreed in ({}, {"agreed": ""}, {"agreed": "yes"}, {"agreed": "2"}):
        assert take("give_opinion", number="备1", opinion="好", **agreed).status_code == 400, agreed
        assert snapshot(policy)[0] == "opinion_sought"


def test_the_other_verdict_on_a_used_page_is_not_said_to_be_done(draft, finance, office, tab):
    policy = draft()
    sought(policy, finance, office)
    old = tab(office, policy)
    assert old("give_opinion", agreed="1", number="备1").status_code == 302
    assert old("give_opinion", agreed="0", opinion="不行").status_code == 409
    assert snapshot(policy)[:2] == ("filed", "备1")


@pytest.mark.parametrize(
    ("verb", "other"),
    [
        ("seek_opinion", {"answer": "已按意见提高"}),
        ("give_opinion", {"agreed": "1", "number": "备2"}),
        ("take_back", {"reason": "数额有误"}),
    ],
)
def test_another_text_on_a_used_page_is_not_said_to_be_done(draft, finance, office, tab, verb, other):
    policy = draft()
    user, fields = at(verb, policy, finance, office)
    old = tab(user, policy)
    assert [old(verb, **sent).status_code for sent in (fields, other, fields)] == [302, 409, 302]


@built_once(at=NOW)
def fallen(county, finance, office):
    """A policy of whose 50,000 yuan, all paid, 30,000 are to be claimed back."""
    SchemeFactory(unit=county, year=2026)
    policy = take_effect(draft_policy(county, finance, clawback="difference"), finance, office)
    workflow.grant(policy, by=finance)
    line = policy.lines.get(unit=FIVE)
    workflow.disburse(policy, by=finance, key="1", document="凭1", payments={line.pk: Decimal(50000)})
    fall_again(date(2026, 10, 1))
    return policy


def fall_again(day):
    EventFactory(unit=Unit.objects.get(pk=FIVE), kind="spot_check_failed", on=day)
    rerate([FIVE])


@pytest.fixture
def settle(client, finance, fallen):
    """``settle()``: the page as finance sees it now; call it with a verdict."""

    def open_():
        client.force_login(finance)
        key = client.get(f"/policies/{fallen.pk}/").context["key"]
        pk = Clawback.objects.get().pk
        return lambda **fields: client.post(f"/clawbacks/{pk}/", {"key": key} | fields)

    return open_


def booked():
    return list(LedgerEntry.objects.filter(kind="clawback").values_list("amount", flat=True))


@pytest.mark.parametrize("verdict", ["confirm", "decline"])
def test_a_proposal_that_changed_is_not_settled_unseen(fallen, settle, verdict):
    old = settle()
    fall_again(date(2026, 10, 2))
    assert Clawback.objects.get().amount == Decimal("48999.99")
    answer = old(verdict=verdict, reason="已核实")
    assert (answer.status_code, booked(), Clawback.objects.get().state) == (409, [], "open")
    html = answer.content.decode()
    assert ("48,999.99" in html, 'value="已核实"' in html) == (True, True)
    assert settle()(verdict=verdict, reason="已核实").status_code == 302
    assert booked() == ([Decimal("48999.99")] if verdict == "confirm" else [])


def test_a_proposal_whose_line_was_corrected_is_not_settled_unseen(fallen, settle, finance):
    old = settle()
    paid = LedgerEntry.objects.get(kind="disburse")
    workflow.correct(paid, amount=Decimal(40000), reason="错付", by=finance)
    assert (old(verdict="confirm").status_code, booked()) == (409, [])


def test_a_proposal_that_lapsed_books_nothing(fallen, settle):
    old = settle()
    county = Unit.objects.get(pk=COUNTY)
    SchemeFactory(unit=county, year=2026, version=2, body=scheme_body(year=2026, unit=COUNTY) | {"rules": []})
    rerate([FIVE])
    assert (old(verdict="confirm").status_code, booked()) == (409, [])


def test_a_verdict_is_said_and_nothing_else(fallen, settle):
    take = settle()
    for fields in ({}, {"verdict": ""}, {"verdict": "no"}, {"verdict": "confirm", "amount": "1"}):
        assert (take(reason="已核实", **fields).status_code, Clawback.objects.get().state) == (400, "open"), fields


def test_declining_needs_a_reason_and_keeps_the_page(fallen, settle):
    assert (settle()(verdict="decline").status_code, Clawback.objects.get().state) == (400, "open")


def test_a_clawback_is_not_settled_without_its_page(fallen, client, finance):
    client.force_login(finance)
    for key in ({}, {"key": ""}, {"key": "unknown"}):
        answer = client.post(f"/clawbacks/{Clawback.objects.get().pk}/", {"verdict": "confirm"} | key)
        assert (answer.status_code, booked()) == (409, []), key


def test_the_other_verdict_after_a_double_click_is_not_said_to_be_done(fallen, settle):
    old = settle()
    assert [old(verdict="confirm").status_code for _twice in range(2)] == [302, 302]
    for other in ({"verdict": "decline", "reason": "不"}, {"verdict": "confirm", "reason": "另有说明"}):
        assert (old(**other).status_code, booked()) == (409, [Decimal(30000)])


def test_the_question_says_of_what_how_much_and_why(fallen, client, finance):
    client.force_login(finance)
    html = client.get(f"/policies/{fallen.pk}/").content.decode()
    card = html[html.index(f'id="clawback{Clawback.objects.get().pk}"') :]
    for words in ("由五星降为四星", "2026年10月1日", "50,000.00", "追回30,000.00元"):
        assert words in card, words


def test_those_who_watch_settle_nothing(fallen, client):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    assert client.post(f"/clawbacks/{Clawback.objects.get().pk}/", {"verdict": "confirm"}).status_code == 404
