"""Pages about money: from an empty form to a paid instalment, in a browser without scripts."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.roles import Role
from incentives import workflow
from incentives.models import LedgerEntry, ProjectFund, RewardPolicy
from records.refusals import Incomplete
from tests.clock import freeze_time
from tests.factories import COUNTY, VILLAGE, person
from tests.incentives.conftest import BANDS, TODAY
from tests.small_files import PNG
from villages.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(TODAY + " 10:00+08:00"):
        yield


@pytest.fixture
def sign_in(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_


def grid(rows):
    fields = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for place, row in enumerate(rows):
        fields |= {f"form-{place}-{name}": "" if value is None else value for name, value in row.items()}
    return fields


def opened(client, address):
    """The key of the open form."""
    return {"key": client.get(address).context["key"]}


TERMS = {
    "name": "2025年度星级村奖励",
    "year": 2025,
    "budget": "100000.00",
    "reckoning_day": "2026-03-01",
    "starts": "2026-01-01",
    "ends": "2026-12-31",
}
POLICY = TERMS | {"figure": "population", "coefficient": "1", "clawback": "none"}
TABLE = [dict(zip(("star", "first", "after", "amount"), band, strict=True)) for band in BANDS]


def test_a_policy_is_written_in_one_form(sign_in, finance):
    client = sign_in(finance)
    address = f"/policies/new/{COUNTY}/"
    empty = dict.fromkeys(TABLE[0], "")
    response = client.post(address, opened(client, address) | POLICY | grid([*TABLE, empty, empty]))
    policy = RewardPolicy.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/policies/{policy.pk}/")
    rows = sorted((row.star, row.band.lower, row.band.upper, row.amount) for row in policy.bands.all())
    assert rows == sorted(BANDS, key=lambda band: band[:2])
    address = f"/policies/{policy.pk}/edit/"
    client.post(address, opened(client, address) | POLICY | {"budget": "90000.00"} | grid(TABLE[:3]))
    policy.refresh_from_db()
    assert (policy.budget, policy.bands.count()) == (Decimal(90000), 3)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"budget": "0"}, "budget"),
        ({"reckoning_day": "2025-12-31"}, "reckoning_day"),
        ({"coefficient": "0"}, "coefficient"),
        ({"form-1-first": "999"}, "form-1-first"),
        ({"form-0-amount": "1.001"}, "form-0-amount"),
        ({"form-0-after": "0"}, "form-0-after"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(sign_in, finance, wrong, field):
    client, address = sign_in(finance), f"/policies/new/{COUNTY}/"
    response = client.post(address, opened(client, address) | POLICY | grid(TABLE) | wrong)
    assert response.status_code == 400
    forms = [response.context["form"], *response.context["grid"].forms]
    assert [form.add_prefix(name) for form in forms for name in form.errors] == [field]
    assert RewardPolicy.objects.count() == 0


def test_more_rows_keep_what_was_typed(sign_in, finance):
    response = sign_in(finance).post(f"/policies/new/{COUNTY}/", POLICY | grid(TABLE[:1]) | {"more": "1"})
    assert len(response.context["grid"].forms) == 4
    assert 'value="30000"' in response.content.decode()


def test_a_fund_is_written_in_one_form(sign_in, finance):
    fund = TERMS | {"department": "农业农村局", "min_star": 3, "need": "households", "at_least": "", "at_most": "60000"}
    weights = [{"star": 5, "weight": "2"}, {"star": 4, "weight": "1.5"}, {"star": 3, "weight": "1"}]
    client, address = sign_in(finance), f"/funds/new/{COUNTY}/"
    client.post(address, opened(client, address) | fund | grid(weights))
    made = ProjectFund.objects.get()
    assert (made.at_most, made.need, dict(made.weights.values_list("star", "weight"))) == (
        Decimal(60000),
        "households",
        {5: Decimal(2), 4: Decimal("1.5"), 3: Decimal(1)},
    )


def test_the_document_comes_with_the_draft_and_stays_with_it(sign_in, finance, office):
    client, address = sign_in(finance), f"/policies/new/{COUNTY}/"
    sent = opened(client, address) | POLICY | grid(TABLE)
    wrong = client.post(address, sent | {"attachment": SimpleUploadedFile("办法.pdf", b"no PDF")})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (400, ["attachment"])
    clicks = [client.post(address, sent | {"attachment": SimpleUploadedFile("办法.png", PNG)}) for _click in range(2)]
    policy = RewardPolicy.objects.get()
    page = f"/policies/{policy.pk}/"
    assert [(click.status_code, click["Location"]) for click in clicks] == [(302, page)] * 2
    assert policy.attachment.name == "办法.png"
    client.post(f"{page}edit/", opened(client, f"{page}edit/") | POLICY | {"budget": "90000.00"} | grid(TABLE))
    kept = RewardPolicy.objects.get()
    assert (kept.budget, kept.attachment) == (Decimal(90000), policy.attachment)
    workflow.seek_opinion(kept, by=finance)
    with pytest.raises(DatabaseError), transaction.atomic():
        RewardPolicy.objects.filter(pk=policy.pk).update(attachment=None)
    opened_by_office = sign_in(office).get(f"{page}attachment/")
    assert b"".join(opened_by_office.streaming_content) == PNG
    assert sign_in(person(Role.FILLER, VILLAGE)).get(f"{page}attachment/").status_code == 404


def test_a_draft_sent_meanwhile_is_not_changed_from_an_open_page(sign_in, draft, finance):
    policy = draft()
    client, address = sign_in(finance), f"/policies/{policy.pk}/edit/"
    saved, late = (
        opened(client, address) | POLICY | {"budget": budget} | grid(TABLE) for budget in ("90000.00", "80000.00")
    )
    client.post(address, saved, follow=True)
    workflow.seek_opinion(RewardPolicy.objects.get(), by=finance)
    page = f"/policies/{policy.pk}/"
    again = client.post(address, saved, follow=True)
    assert (again.redirect_chain, [str(one) for one in again.context["messages"]]) == ([(page, 302)], ["草稿已保存。"])
    answer = client.post(address, late)
    assert (answer.status_code, answer.context["on"], POLICY["name"] in answer.context["written"]) == (409, page, True)
    assert answer.context["why"] == "打开本页后情况有变化，未作任何处理，请按最新情况重新核对。"


@pytest.mark.parametrize("fund", [False, True])
def test_a_draft_open_in_two_tabs_is_not_saved_over_unseen(sign_in, finance, draft, draft_fund, fund):
    source = draft_fund(at_most=None) if fund else draft()
    client, address = sign_in(finance), f"/{'funds' if fund else 'policies'}/{source.pk}/edit/"
    mine, theirs = opened(client, address), opened(client, address)
    terms = TERMS | {"name": source.name, "department": "农业农村局", "min_star": 3, "need": ""} if fund else POLICY
    rows = grid([{"star": 5, "weight": "2"}, {"star": 3, "weight": "1"}] if fund else TABLE)
    assert client.post(address, theirs | terms | rows | {"budget": "70000.00"}).status_code == 302
    again = client.post(address, theirs | terms | rows | {"budget": "70000.00"})
    assert again.status_code == 302, "a double click"
    answer = client.post(address, mine | terms | rows | {"budget": "80000.00"})
    source.refresh_from_db()
    assert (answer.status_code, source.budget) == (409, Decimal(70000))
    assert 'value="80000.00"' in answer.content.decode(), "what was typed is kept"
    assert client.post(address, theirs | terms | rows | {"budget": "60000.00"}).status_code == 409
    anew = {"key": answer.context["key"]}
    assert client.post(address, anew | terms | rows | {"budget": "80000.00"}).status_code == 302
    source.refresh_from_db()
    assert source.budget == Decimal(80000)


def test_a_draft_is_made_once_by_a_double_click(sign_in, finance):
    client, address = sign_in(finance), f"/policies/new/{COUNTY}/"
    given = opened(client, address) | POLICY | grid(TABLE)
    answers = [client.post(address, given) for _twice in range(2)]
    policy = RewardPolicy.objects.get()
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, f"/policies/{policy.pk}/")] * 2
    other = client.post(address, given | {"name": "另一份"})
    assert (other.status_code, RewardPolicy.objects.count()) == (409, 1)
    assert client.post(address, given | {"name": "另一份", "key": other.context["key"]}).status_code == 302
    assert RewardPolicy.objects.count() == 2


def test_from_draft_to_payment(client, draft, finance, office):
    policy = draft()
    page = f"/policies/{policy.pk}/"

    def take(verb, **fields):
        return client.post(page + f"step/{verb}/", {"key": client.get(page).context["key"]} | fields).status_code

    client.force_login(finance)
    assert take("seek_opinion") == 302
    client.force_login(office)
    assert take("give_opinion", agreed="1") == 400
    assert take("give_opinion", agreed="1", number="备1") == 302
    client.force_login(finance)
    for verb in ("make_effective", "grant"):
        assert take(verb) == 302
    form = client.get(page + "disburse/").context["form"]
    given = {"key": form["key"].value(), "document": "凭1", "share": "50"}
    confirm = client.post(page + "disburse/", given)
    assert (confirm.context["count"], confirm.context["total"]) == (3, Decimal("30500.00"))
    assert LedgerEntry.objects.filter(kind="disburse").count() == 0
    for _twice in range(2):
        assert client.post(page + "disburse/", given | {"confirmed": "1"}).status_code == 302
    policy.refresh_from_db()
    assert (policy.state, policy.committed, policy.disbursed) == ("effective", Decimal("61000.01"), Decimal("30500.00"))


def test_amounts_for_some_go_instead_of_the_share(client, granted, finance):
    policy = granted()
    line = policy.lines.get(unit="330624108202")
    client.force_login(finance)
    given = {"key": "1", "document": "凭1", "share": "100", f"line{line.pk}": "1.50"}
    for confirmed in ({}, {"confirmed": "1"}):
        client.post(f"/policies/{policy.pk}/disburse/", given | confirmed)
    assert [(entry.unit_id, entry.amount) for entry in LedgerEntry.objects.filter(kind="disburse")] == [
        ("330624108202", Decimal("1.50"))
    ]
    wrong = client.post(f"/policies/{policy.pk}/disburse/", given | {"key": "2", f"line{line.pk}": "10000"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (400, [f"line{line.pk}"])


def test_an_entry_is_corrected(client, granted, finance):
    policy = granted()
    entry = workflow.disburse(policy, by=finance, key="1", document="凭1")[0]
    client.force_login(finance)
    page = client.get(f"/policies/{policy.pk}/ledger/")
    left = next(row.left for row in page.context["page"] if row.pk == entry.pk)
    assert left == entry.amount
    given = {"amount": "0.01", "reason": "多付", "key": "k", "left": left}
    address = f"/ledger/{entry.pk}/correct/"
    for _twice in range(2):
        assert client.post(address, given).status_code == 302
    assert [e.amount for e in entry.corrections.all()] == [Decimal("-0.01")]
    stale = client.post(address, given | {"key": "another tab"})
    assert (stale.status_code, 'value="多付"' in stale.content.decode()) == (409, True)
    for wrong, status in [
        ({"amount": "0.02"}, 409),
        ({"reason": "别的"}, 409),
        ({"key": "l", "share": "1"}, 400),
        ({"key": "l", "amount": ""}, 400),
        ({"key": "l", "left": ""}, 400),
        ({"key": "l", "left": str(left - Decimal("0.01")), "amount": "1" + str(left)}, 400),
    ]:
        assert client.post(address, given | wrong).status_code == status, wrong
    assert entry.corrections.count() == 1
    for wrong, words in [
        ({"key": ""}, "页面已过期"),
        ({"left": ""}, "页面已过期"),
        ({"amount": "-5"}, "请填写大于0的金额"),
        ({"amount": "0"}, "请填写大于0的金额"),
    ]:
        refused = client.post(address, given | {"key": "m", "left": left - Decimal("0.01")} | wrong)
        assert (refused.status_code, words in refused.content.decode()) == (400, True), wrong
    with pytest.raises(Incomplete, match="大于0"):
        workflow.correct(entry, amount=Decimal(0), reason="多付", by=finance)


def test_a_payment_without_its_key_is_told_that_the_page_is_old(client, granted, finance):
    policy = granted()
    client.force_login(finance)
    page = client.post(f"/policies/{policy.pk}/disburse/", {"document": "凭1", "share": "100"})
    shown = page.content.decode()
    assert (page.status_code, "页面已过期" in shown, "Key" in shown) == (400, True, False)


@pytest.mark.parametrize("role", [Role.DISCIPLINE, Role.COUNTY_OFFICE, Role.CITY_LEADER])
def test_those_who_watch_may_look(sign_in, granted, role):
    policy = granted()
    client = sign_in(person(role, "3306" if role == Role.CITY_LEADER else COUNTY))
    for below in ("", "ledger/", "list.xlsx"):
        assert client.get(f"/policies/{policy.pk}/{below}").status_code == 200


def test_those_who_watch_take_no_steps(sign_in, draft, finance):
    policy = draft()
    workflow.seek_opinion(policy, by=finance)
    client = sign_in(person(Role.DISCIPLINE, COUNTY))
    for verb in ("seek_opinion", "make_effective", "grant", "take_back", "nonsense"):
        assert client.post(f"/policies/{policy.pk}/step/{verb}/", {"reason": "x"}).status_code == 404, verb


def test_a_draft_is_finances_own(sign_in, draft, office, finance):
    policy = draft()
    assert sign_in(office).get(f"/policies/{policy.pk}/").status_code == 404
    assert sign_in(finance).get(f"/policies/{policy.pk}/").status_code == 200


def test_strangers_sign_in_first(client, granted):
    assert client.get(f"/policies/{granted().pk}/")["Location"].startswith("/accounts/login/")


def test_a_village_sees_its_own_money_alone(sign_in, granted):
    granted()
    client = sign_in(person(Role.FILLER, "330624108202"))
    page = client.get("/money/")
    assert [line.unit_id for line in page.context["rewards"]] == ["330624108202"]
    assert "10,000.00" in page.content.decode()
    assert "50,000.00" not in page.content.decode()
    assert "10,000.00" in client.get("/").content.decode()


def test_the_workbook_holds_text_as_text(sign_in, granted, finance, settings):
    settings.DEMO = True
    Unit.objects.filter(code="330624108201").update(name="=cmd|' /C calc'!A0")
    policy = granted()
    response = sign_in(finance).get(f"/policies/{policy.pk}/list.xlsx")
    rows = list(load_workbook(BytesIO(response.content)).active.iter_rows())
    assert (rows[4][1].value, rows[4][1].data_type, rows[4][1].quotePrefix) == ("=cmd|' /C calc'!A0", "s", True)
    assert [cell.value for cell in rows[4]][:6] == ["330624108201", "=cmd|' /C calc'!A0", "沙溪镇", 5, 2000, 50000]
    assert [cell.value for cell in rows[-1]][5:8] == [61000.01, 61000.01, 0]
    assert rows[2][0].value


def test_pages_take_few_statements(sign_in, granted, finance, draft_fund):
    policy, fund = granted(), draft_fund()
    workflow.disburse(policy, by=finance, key="1", document="凭1")
    client = sign_in(finance)
    for address, most in (
        ("/policies/", 12),
        (f"/policies/{policy.pk}/", 13),  # with its vouchers
        (f"/policies/{policy.pk}/ledger/", 12),
        (f"/funds/{fund.pk}/", 12),
        ("/money/", 12),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        statements = [query["sql"] for query in queries]
        assert len(statements) <= most, "\n".join(statements)
        assert len(set(statements)) == len(statements)
