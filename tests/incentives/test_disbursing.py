"""An instalment on its page: exactly what was shown is paid, or nothing."""

import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.contrib.messages import get_messages

from accounts.roles import Role
from incentives import workflow
from incentives.models import LedgerEntry
from records.audit import acting
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, UnitFactory, person
from tests.incentives.conftest import NOW, draft_policy, draft_project_fund, make_county, take_effect

pytestmark = pytest.mark.django_db
FIVE, FOUR, THREE = "330624108201", "330624108202", "330624108203"
ALL = {FIVE: Decimal(50000), FOUR: Decimal(10000), THREE: Decimal("1000.01")}


@pytest.fixture(autouse=True)
def today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def rows(db) -> SimpleNamespace:
    """The county with a policy and a fund whose amounts are committed."""
    county, finance, office = make_county(), person(Role.FINANCE, COUNTY), person(Role.COUNTY_OFFICE, COUNTY)
    drafts = (draft_policy(county, finance), draft_project_fund(county, finance))
    policy, fund = (take_effect(source, finance, office) for source in drafts)
    for source in (policy, fund):
        workflow.grant(source, by=finance)
    return SimpleNamespace(finance=finance, policy=policy, fund=fund)


@pytest.fixture
def finance(rows):
    return rows.finance


@pytest.fixture
def policy(rows):
    return rows.policy


@pytest.fixture
def fund(rows):
    return rows.fund


@pytest.fixture(params=["policy", "fund"])
def source(request, rows):
    return getattr(rows, request.param)


@pytest.fixture
def instalment(client, finance):
    client.force_login(finance)

    class Instalment:
        """The page of an instalment, as a browser without script uses it."""

        def __init__(self, source):
            self.address = f"/{'policies' if source.PAGE == 'policy' else 'funds'}/{source.pk}/disburse/"

        def key(self):
            return client.get(self.address).context["form"]["key"].value()

        def post(self, **fields):
            return client.post(self.address, fields)

        def preview(self, **fields):
            given = {"key": self.key(), "document": "凭1"} | fields
            shown = self.post(**given)
            assert (shown.status_code, "confirmed" in shown.content.decode()) == (200, True)
            return given

    return Instalment


def line(source, unit):
    return source.lines.get(unit=unit)


def paid(source=None):
    """Yuan by unit."""
    entries = LedgerEntry.objects.filter(kind="disburse").order_by("pk")
    return [(entry.unit_id, entry.amount) for entry in (entries.of(source) if source else entries)]


def field(source, unit):
    return f"line{line(source, unit).pk}"


def test_what_is_shown_is_paid(source, instalment):
    form = instalment(source)
    owed = {one.unit_id: one.unpaid for one in source.lines.all() if one.unpaid}
    given = form.preview(share="100")
    assert paid() == []
    assert form.post(**given, confirmed="1").status_code == 302
    assert dict(paid()) == owed


def test_the_confirmation_is_exactly_the_fields_of_the_form(policy, instalment):
    form = instalment(policy)
    key = form.key()
    shown = form.post(key=key, document="凭1", share="100", **{field(policy, FOUR): "1.5", field(policy, FIVE): ""})
    html = shown.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    fields = {"csrfmiddlewaretoken", "key", "document", field(policy, FOUR), "confirmed"}
    assert set(re.findall(r'name="([^"]+)"', main)) == fields
    form.post(key=key, document="凭1", confirmed="1", **{field(policy, FOUR): "1.50"})
    assert paid() == [(FOUR, Decimal("1.50"))]


def test_the_key_and_the_document_are_enough(policy, instalment):
    form = instalment(policy)
    given = form.preview(share="", **{field(policy, FOUR): "20"})
    assert form.post(key=given["key"], document="凭1", confirmed="1").status_code == 302
    assert paid() == [(FOUR, Decimal(20))]


def test_a_line_that_another_tab_paid_never_turns_into_all_the_rest(source, instalment):
    form = instalment(source)
    unpaid = line(source, THREE).unpaid
    named = field(source, THREE)
    given = form.preview(share="100", **{named: str(unpaid)})
    other = form.preview(share="100", **{named: str(unpaid)})
    assert form.post(**other, confirmed="1").status_code == 302
    assert paid() == [(THREE, unpaid)]
    for confirmation in (given, {name: value for name, value in given.items() if name != named}):
        answer = form.post(**confirmation, confirmed="1")
        assert answer.status_code == 409
        assert paid() == [(THREE, unpaid)]


def pay_part(source, finance):
    workflow.disburse(
        source, by=finance, key="elsewhere", document="凭9", payments={line(source, FIVE).pk: Decimal("0.01")}
    )


def freeze(source, finance):
    type(line(source, FIVE)).objects.filter(unit=FIVE).update(frozen=True)


def correct_the_promise(source, finance):
    entry = LedgerEntry.objects.of(source).get(unit=FIVE, kind="commit")
    workflow.correct(entry, amount=Decimal(1), reason="多记", by=finance)


def pay_and_correct(source, finance):
    """The amount owed is as before, but the lines are not: a part was paid and half of it taken back."""
    pay_part(source, finance)
    (entry,) = LedgerEntry.objects.filter(kind="disburse")
    workflow.correct(entry, amount=Decimal("0.01"), reason="错付", by=finance)
    workflow.correct(
        LedgerEntry.objects.of(source).get(unit=FIVE, kind="commit"), amount=Decimal("0.01"), reason="多记", by=finance
    )


def pass_to_another(source, finance):
    successor = UnitFactory(code="330624108209", name="新村")
    with acting(finance, "test"):
        type(line(source, FIVE)).objects.filter(unit=FIVE).update(passed_to=successor)


CHANGES = [pay_part, freeze, correct_the_promise, pay_and_correct, pass_to_another]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    ("kind", "how"), [("policy", "share"), ("policy", "half"), ("policy", "line"), ("fund", "share")]
)
def test_what_changed_in_between_is_shown_anew_and_nothing_is_paid(rows, instalment, finance, change, kind, how):
    source = getattr(rows, kind)
    form = instalment(source)
    fields = {"share": {"share": "100"}, "half": {"share": "50"}, "line": {field(source, FIVE): "10"}}[how]
    given = form.preview(**fields)
    change(source, finance)
    before = paid()
    answer = form.post(**given, confirmed="1")
    assert (answer.status_code, paid()) == (409, before)
    assert 'role="alert"' in answer.content.decode()
    if answer.context.get("key"):
        again = {name: value for name, value in given.items() if name != "key"} | {"key": answer.context["key"]}
        assert form.post(**given, confirmed="1").status_code == 409, "the second click of a double click"
        assert paid() == before
        assert form.post(**again, confirmed="1").status_code == 302
        assert len(paid()) > len(before)


def test_a_line_that_is_owed_again_is_not_paid_unseen(policy, instalment, finance):
    workflow.disburse(
        policy, by=finance, key="1", document="凭9", payments={line(policy, THREE).pk: Decimal("1000.01")}
    )
    form = instalment(policy)
    given = form.preview(share="100")
    (entry,) = LedgerEntry.objects.filter(kind="disburse")
    workflow.correct(entry, amount=Decimal(1), reason="错付", by=finance)
    before = paid()
    assert (form.post(**given, confirmed="1").status_code, paid()) == (409, before)


@pytest.mark.parametrize(
    "posted",
    [
        {"document": "凭2"},
        {"share": "60"},
        {"share": "100"},
        {"share": "50", "line": "1"},
        {"line": "1"},
    ],
)
def test_other_fields_than_those_shown_pay_nothing(policy, instalment, posted):
    form = instalment(policy)
    given = form.preview(share="50")
    posted = {field(policy, FOUR) if name == "line" else name: value for name, value in posted.items()}
    answer = form.post(**given | posted, confirmed="1")
    assert (answer.status_code, paid()) == (409, [])


@pytest.mark.parametrize("amount", ["11", "", "9.99"])
def test_other_amounts_than_those_shown_pay_nothing(policy, instalment, amount):
    form = instalment(policy)
    given = form.preview(share="100", **{field(policy, FOUR): "10"})
    assert form.post(**given | {field(policy, FOUR): amount}, confirmed="1").status_code == 409
    assert form.post(**given, **{field(policy, FIVE): "1"}, confirmed="1").status_code == 409
    assert paid() == []


@pytest.mark.parametrize("fields", [{"share": "100"}, {"share": "50"}, {}])
def test_without_a_page_before_it_is_shown_first(policy, instalment, fields):
    form = instalment(policy)
    for _twice in range(2):
        answer = form.post(key="mine", document="凭1", confirmed="1", **fields)
        assert (answer.status_code, paid()) == (409, [])


def test_what_another_person_was_shown_is_not_confirmed(policy, instalment, client):
    form = instalment(policy)
    given = form.preview(share="100")
    client.force_login(person(Role.FINANCE, COUNTY))
    assert (form.post(**given, confirmed="1").status_code, paid()) == (409, [])


def test_what_another_fund_was_shown_is_not_confirmed(policy, fund, instalment):
    given = instalment(policy).preview(share="100")
    assert (instalment(fund).post(**given, confirmed="1").status_code, paid()) == (409, [])


def test_a_page_of_yesterday_pays_nothing(policy, instalment):
    form = instalment(policy)
    given = form.preview(share="100")
    with freeze_time("2026-11-25 10:01+08:00"):
        assert (form.post(**given, confirmed="1").status_code, paid()) == (409, [])


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
def test_an_unknown_field_is_an_error(policy, instalment, confirmed):
    form = instalment(policy)
    given = form.preview(share="100")
    for unknown in ("amount", "line0", "line999999", "Share", "payments", "line1x", "all"):
        answer = form.post(**given, **confirmed, **{unknown: "1"})
        assert (answer.status_code, unknown in answer.content.decode(), paid()) == (400, True, []), unknown


def test_a_line_of_another_policy_is_an_unknown_field(policy, fund, instalment):
    foreign = max(one.pk for one in fund.lines.all()) + 1000
    assert instalment(policy).post(key="1", document="凭1", share="100", **{f"line{foreign}": "1"}).status_code == 400


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "share"),
        ({"share": ""}, "share"),
        ({"share": "0"}, "share"),
        ({"share": "100.01"}, "share"),
        ({"share": "一半"}, "share"),
        ({"share": "100", "document": ""}, "document"),
        ({"share": "100", "line": "0"}, "line"),
        ({"share": "100", "line": "-1"}, "line"),
        ({"share": "100", "line": "0.001"}, "line"),
        ({"share": "100", "line": "10000.01"}, "line"),
        ({"share": "100", "line": "x"}, "line"),
    ],
)
@pytest.mark.parametrize("confirmed", [False, True])
def test_what_is_wrong_stands_beside_its_field(policy, instalment, fields, wrong, confirmed):
    named = field(policy, FOUR)
    fields = {named if name == "line" else name: value for name, value in fields.items()}
    answer = instalment(policy).post(
        **{"key": "1", "document": "凭1"} | fields | ({"confirmed": "1"} if confirmed else {})
    )
    assert answer.status_code == 409 if confirmed and answer.context.get("refused") else 400
    assert list(answer.context["form"].errors) == [named if wrong == "line" else wrong]
    assert paid() == []


def test_a_frozen_line_is_not_offered_and_not_paid(policy, instalment, finance):
    named = field(policy, FIVE)
    freeze(policy, finance)
    form = instalment(policy)
    answer = form.post(key=form.key(), document="凭1", share="100", **{named: "1"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [named])
    given = form.preview(share="100")
    form.post(**given, confirmed="1")
    assert dict(paid()) == {FOUR: Decimal(10000), THREE: Decimal("1000.01")}


def test_a_double_click_is_answered_as_done_and_books_once(policy, instalment):
    form = instalment(policy)
    given = form.preview(share="50")
    answers = [form.post(**given, confirmed="1") for _twice in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, f"/policies/{policy.pk}/")] * 2
    assert len(paid()) == 3
    said = [str(one) for one in get_messages(answers[1].wsgi_request)]
    assert said == ["已向3个单位拨付30,500.00元。"] * 2


@pytest.mark.parametrize("change", [{"document": "凭2"}, {"share": "60"}])
def test_the_same_key_again_for_something_else_is_an_error(policy, instalment, change):
    form = instalment(policy)
    given = form.preview(share="50")
    form.post(**given, confirmed="1")
    booked = paid()
    assert form.post(**given | change, confirmed="1").status_code == 409
    answer = form.post(**given | change | {"document": "凭2"})
    assert (answer.status_code, answer.context["key"] != given["key"]) == (409, True)
    assert paid() == booked


def test_the_next_instalment_after_it_takes_a_new_key(policy, instalment):
    form = instalment(policy)
    given = form.preview(share="50")
    form.post(**given, confirmed="1")
    form.post(**form.preview(share="100", document="凭2"), confirmed="1")
    policy.refresh_from_db()
    assert (policy.disbursed, len(paid())) == (Decimal("61000.01"), 6)
