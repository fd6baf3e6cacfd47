"""A department's own people write its policies and funds; nobody else sees the drafts, and finance pays."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import Role
from incentives import workflow
from incentives.models import LedgerEntry, ProjectFund, RewardPolicy
from incentives.planned import read_planned
from incentives.prospects import allocations
from incentives.source_state import written
from incentives.todos import entries
from incentives.turns import home_panel
from incentives.workflow.actions import available
from notifications.models import Notice
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.built_once import built_once
from tests.clients import api_of, client_of
from tests.clock import freeze_time
from tests.factories import COUNTY, AppointmentFactory, UnitFactory, UserFactory, person
from tests.incentives.conftest import NOW, draft_policy, draft_project_fund, take_effect
from tests.small_files import PNG

pytestmark = pytest.mark.django_db
FARMING, WATER = "农业农村局", "水利局"


@pytest.fixture(autouse=True)
def today():
    with freeze_time(NOW):
        yield


def of_department(name: str, code: str = COUNTY) -> User:
    post = AppointmentFactory(role=Role.DEPARTMENT, unit=UnitFactory(code=code), user=UserFactory(), department=name)
    return User.objects.get(pk=post.user_id)


@built_once(at=NOW)
def farming(county):
    return of_department(FARMING)


@built_once(at=NOW)
def own(county, farming):
    return draft_project_fund(county, farming)


def verbs(user, source):
    return [step.verb for step in available(user, source)]


def waiting(user):
    return [(todo.title.partition("：")[0], todo.url) for todo in entries(user)]


def test_a_department_writes_and_finance_pays(own, farming, finance, office):
    page = f"/funds/{own.pk}/"
    assert (own.written_by, own.department) == (FARMING, FARMING)
    assert (verbs(farming, own), verbs(finance, own)) == (["revise", "seek_opinion"], [])
    assert (waiting(farming), waiting(finance)) == ([("写完草稿并征求意见", page)], [])
    workflow.seek_opinion(own, by=farming)
    assert (verbs(farming, own), verbs(office, own)) == ([], ["give_opinion"])
    assert (waiting(farming), waiting(office)) == ([], [("出具意见并备案", page)])
    workflow.give_opinion(own, agreed=True, number="备9", by=office)
    assert [notice.kind for notice in Notice.objects.filter(user=farming)] == ["source_filed"]
    assert (verbs(farming, own), verbs(finance, own)) == (["take_back", "make_effective"], [])
    workflow.make_effective(own, by=farming)
    assert [notice.kind for notice in Notice.objects.filter(user=finance)] == ["source_to_commit"]
    assert (verbs(farming, own), verbs(finance, own), waiting(farming)) == ([], ["grant"], [])
    with pytest.raises(NotAllowed):
        workflow.grant(own, by=farming)
    workflow.grant(own, by=finance)
    with pytest.raises(NotAllowed):
        workflow.disburse(own, by=farming, key="1", document="凭1")
    workflow.disburse(own, by=finance, key="1", document="凭1")
    own.refresh_from_db()
    assert own.disbursed == own.budget


def test_silence_is_overdue_for_both_and_never_consent(own, farming, office):
    workflow.seek_opinion(own, by=farming)
    page = f"/funds/{own.pk}/"
    with freeze_time("2026-12-09 08:00+08:00"):
        assert waiting(farming) == [("意见逾期未出具", page)]
        assert [(todo.url, todo.urgent) for todo in entries(office)] == [(page, True)]
        with pytest.raises(DatabaseError), transaction.atomic():
            ProjectFund.objects.filter(pk=own.pk).update(state="effective", effective_by=farming)


@pytest.mark.parametrize("kind", ["commit", "disburse"])
def test_what_is_not_filed_is_not_paid_by_sql_either(own, county, farming, finance, office, kind):
    """The line is there; that its fund is not in effect is what stops the money."""
    workflow.seek_opinion(own, by=farming)
    workflow.give_opinion(own, agreed=True, number="备9", by=office)
    unit = UnitFactory(code="330624108201")
    line = own.lines.create(unit=unit, star=5, amount=Decimal(1), weight=Decimal(1))
    entry = {"allocation": line, "unit": unit, "amount": Decimal(1), "key": "1", "by": finance, "kind": kind}
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.create(**entry, at=own.opinion_at)
    workflow.make_effective(own, by=farming)
    LedgerEntry.objects.create(**entry | {"kind": "commit"}, at=own.opinion_at)


def test_a_draft_does_not_exist_for_others(own, farming, finance, office):
    others = [finance, office, of_department(WATER), of_department(FARMING, "330681"), person(Role.DISCIPLINE, COUNTY)]
    pages = [f"/funds/{own.pk}/", f"/funds/{own.pk}/edit/", f"/funds/{own.pk}/list.xlsx"]
    client = client_of(farming)
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert "美丽乡村建设项目资金" in client.get("/funds/").content.decode()
    assert api_of(farming).get(f"/api/v1/funds/{own.pk}/").json()["steps"] == ["revise", "seek_opinion"]
    for other in others:
        client = client_of(other)
        assert [client.get(page).status_code for page in pages] == [404, 404, 404]
        assert client.post(f"/funds/{own.pk}/step/seek_opinion/").status_code == 404
        assert "美丽乡村建设项目资金" not in client.get("/funds/").content.decode()
        assert api_of(other).get(f"/api/v1/funds/{own.pk}/").status_code == 404
        assert api_of(other).post(f"/api/v1/funds/{own.pk}/seek_opinion/").status_code == 404


def test_another_department_does_not_see_what_is_filed_but_in_the_public_register(client, own, farming, office):
    workflow.seek_opinion(own, by=farming)
    workflow.give_opinion(own, agreed=True, number="备9", by=office)
    assert client_of(farming).get(f"/funds/{own.pk}/").status_code == 200
    assert client_of(of_department(WATER)).get(f"/funds/{own.pk}/").status_code == 404
    client.logout()
    assert "美丽乡村建设项目资金" in client.get("/public/policies/").content.decode()


def test_who_is_finance_and_a_department_chooses_for_whom_to_write(county, finance):
    AppointmentFactory(role=Role.DEPARTMENT, unit=county, user=finance, department=WATER)
    both = User.objects.get(pk=finance.pk)
    client = client_of(both)
    new, own = f"/policies/new/{COUNTY}/?for=", f"/policies/new/{COUNTY}/?for={WATER}"
    assert [address in client.get("/policies/").text for address in (new + '"', f"{new}%E6%B0%B4")] == [True, True]
    assert client.get(f"{new}{FARMING}").status_code == 404
    page = client.get(own)
    assert (f"由{WATER}起草" in page.text, page.context["source"].written_by, page.context["others"]) == (
        True,
        WATER,
        [""],
    )
    assert [draft_policy(county, both, written_by=name).written_by for name in ("", WATER)] == ["", WATER]
    with pytest.raises(NotAllowed):
        draft_policy(county, both, written_by=FARMING)
    with pytest.raises(NotAllowed):
        draft_policy(county, of_department(FARMING), written_by="")


def test_a_name_taken_by_another_department_is_no_hint(own, county, farming, office):
    same = draft_project_fund(county, of_department(WATER))
    assert (same.name, same.written_by, same.department) == (own.name, WATER, WATER)
    for source, by in ((own, farming), (same, User.objects.get(pk=same.drafted_by_id))):
        workflow.seek_opinion(source, by=by)
    rows = load_workbook(BytesIO(b"".join(client_of(office).get("/funds/?as=xlsx")))).active.iter_rows(values_only=True)
    heads = next(row for row in rows if "部门" in row)
    listed = [dict(zip(heads, row, strict=True)) for row in rows]
    assert sorted((row["名称"], row["部门"]) for row in listed) == [(own.name, FARMING), (own.name, WATER)]
    with pytest.raises(DatabaseError), transaction.atomic():
        draft_project_fund(county, farming)


def test_who_wrote_it_stays(own, county, finance):
    with pytest.raises(DatabaseError), transaction.atomic():
        ProjectFund.objects.filter(pk=own.pk).update(written_by="")
    with pytest.raises(DatabaseError), transaction.atomic():
        ProjectFund.objects.filter(pk=own.pk).update(department=WATER)
    assert draft_policy(county, finance).written_by == ""


def test_a_department_has_no_say_elsewhere(farming):
    with pytest.raises(NotAllowed):
        draft_policy(UnitFactory(code="330681"), farming)


def test_it_is_written_on_the_pages(county, farming, office):
    client = client_of(farming)
    assert 'name="department"' not in client.get(f"/funds/new/{COUNTY}/").content.decode()
    client.get(f"/policies/new/{COUNTY}/")
    terms = {"name": "水稻办法", "year": 2025, "budget": "1000", "figure": "population", "coefficient": "1"}
    terms |= {"reckoning_day": "2026-03-01", "starts": "2026-01-01", "ends": "2026-12-31", "clawback": "none"}
    grid = {
        f"form-{at}-{name}": "1" if name == "amount" else value
        for at in range(6)
        for name, value in {"star": str(at), "first": "0", "after": "", "amount": ""}.items()
    }
    grid |= {"form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "0"}
    key = client.get(f"/policies/new/{COUNTY}/").context["key"]
    file = SimpleUploadedFile("办法.png", PNG)
    made = client.post(f"/policies/new/{COUNTY}/", terms | grid | {"key": key, "attachment": file})
    policy = RewardPolicy.objects.get()
    assert (made.status_code, policy.written_by, policy.attachment.name) == (302, FARMING, "办法.png")
    seen = client.get(f"/policies/{policy.pk}/")
    assert client.post(f"/policies/{policy.pk}/step/seek_opinion/", {"key": seen.context["key"]}).status_code == 302
    workflow.give_opinion(RewardPolicy.objects.get(), agreed=False, opinion="标准偏低", by=office)
    seen = client.get(f"/policies/{policy.pk}/")
    assert seen.context["answer_form"].fields.keys() == {"answer"}
    sent = {"key": seen.context["key"], "answer": "已按意见提高"}
    assert client.post(f"/policies/{policy.pk}/step/seek_opinion/", sent).status_code == 302
    shown = client_of(office).get(f"/policies/{policy.pk}/").content.decode()
    assert ("标准偏低" in shown, "已按意见提高" in shown) == (True, True)


def test_it_is_written_through_the_api(county, farming):
    mine = api_of(farming)
    terms = {"unit": COUNTY, "year": 2025, "name": "水稻", "reckoning_day": "2026-03-01", "starts": "2026-01-01"}
    terms |= {"ends": "2026-12-31", "budget": "1000.00", "min_star": 4}
    terms |= {"weights": [{"star": 4, "weight": "1"}, {"star": 5, "weight": "2"}]}
    other = mine.post("/api/v1/funds/", terms | {"department": WATER}, format="json")
    assert (other.status_code, list(other.json())) == (400, ["department"])
    made = mine.post("/api/v1/funds/", terms, format="json").json()
    assert (made["department"], made["written_by"], made["steps"]) == (FARMING, FARMING, ["revise", "seek_opinion"])
    url = f"/api/v1/funds/{made['id']}/"
    changed = mine.post(url + "revise/", terms | {"budget": "2000.00"}, format="json").json()
    assert (changed["budget"], changed["name"]) == ("2000.00", "水稻")
    attached = mine.post(url + "attach/", {"file": SimpleUploadedFile("水稻.png", PNG)}, format="multipart")
    assert attached.json()["attachment"] == "水稻.png"
    both = mine.post(url + "revise/", terms | {"planned": [{"unit": "330624108201", "amount": "5.50"}]}, format="json")
    assert (both.status_code, list(both.json()["problems"])) == (400, ["planned"])
    terms |= {"weights": []}
    named = mine.post(url + "revise/", terms | {"planned": [{"unit": "330624108201", "amount": "5.50"}]}, format="json")
    assert named.json()["planned"] == [{"unit": "330624108201", "amount": "5.50"}]
    for wrong in ({"unit": "330681001218", "amount": "1"}, {"unit": "330624108201", "amount": "1000.01"}):
        refused = mine.post(url + "revise/", terms | {"planned": [wrong]}, format="json")
        assert (refused.status_code, list(refused.json())) == (400, ["planned"])
    sought = mine.post(url + "seek_opinion/", {"answer": "无"}, format="json").json()
    assert (sought["state"], sought["answer"]) == ("opinion_sought", "无")
    assert mine.post(url + "revise/", terms, format="json").status_code == 409


PLANNED = {"330624108201": Decimal(3000), "330624108204": Decimal(500)}


def test_a_project_names_its_villages_and_pays_those_that_hold_the_star(county, farming, finance, office):
    own = draft_project_fund(county, farming, planned=PLANNED, budget=Decimal(3500))
    workflow.revise_fund(own, by=farming, planned=PLANNED | {"330624108202": Decimal(1)})
    with pytest.raises(Incomplete):
        workflow.seek_opinion(own, by=farming)
    workflow.revise_fund(own, by=farming, planned=PLANNED)
    workflow.seek_opinion(own, by=farming)
    for change in ({"amount": 1}, {"unit": "330624108202"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            own.planned.filter(unit="330624108201").update(**change)
    workflow.give_opinion(own, agreed=True, number="备9", by=office)
    workflow.make_effective(own, by=farming)
    lines = workflow.grant(own, by=finance)
    assert [(line.unit_id, line.amount) for line in lines] == [("330624108201", Decimal(3000))]


@pytest.mark.parametrize("rule", [{"weights": {5: Decimal(1)}}, {"need": "population"}, {"at_most": Decimal(9)}])
def test_planned_sums_and_a_rule_are_not_given_together(county, farming, rule):
    with pytest.raises(Incomplete) as refused:
        draft_project_fund(county, farming, planned=PLANNED, **rule)
    assert list(refused.value.problems) == ["planned"]
    own = draft_project_fund(county, farming, planned=PLANNED)
    with pytest.raises(Incomplete):
        workflow.revise_fund(own, by=farming, **rule)
    assert written(own)["table"] == []


def test_what_was_drafted_with_both_is_not_submitted_but_paid_once_frozen(county, farming, finance, office):
    own = draft_project_fund(county, farming, planned=PLANNED)
    own.weights.create(star=5, weight=Decimal("7.5"))
    page = client_of(farming).get(f"/funds/{own.pk}/").text
    assert ("农业农村局" in page, "各星级权重" in page, "每个单位上下限" in page) == (True, False, False)
    with pytest.raises(Incomplete) as refused:
        workflow.seek_opinion(own, by=farming)
    assert list(refused.value.problems) == ["planned"]
    ProjectFund.objects.filter(pk=own.pk).update(state="opinion_sought", sought_by=farming, sought_at=timezone.now())
    workflow.give_opinion(own, agreed=True, number="备9", by=office)
    workflow.make_effective(own, by=farming)
    assert [line.amount for line in workflow.grant(own, by=finance)] == [Decimal(3000)]


def said(fund):
    return [(one.unit.code, one.amount, one.remark) for one in allocations(fund)]


def test_every_village_of_a_project_is_listed_and_stops_nobody(county, farming, finance):
    """One that has ended without a successor, and one below the minimum star: with 0 and the reason."""
    UnitFactory(code="330624108301", name="某社区", ended=date(2026, 1, 1))
    own = draft_project_fund(county, farming, planned=PLANNED | {"330624108301": Decimal(1)})
    told = [
        ("330624108201", Decimal(3000), ""),
        ("330624108204", Decimal(0), "未达到最低星级，不安排资金"),
        ("330624108301", Decimal(0), "已不在这里参评"),
    ]
    assert said(own) == told
    page = client_of(farming).get(f"/funds/{own.pk}/")
    assert [(row.unit.code, row.amount, row.remark) for row in page.context["rows"]] == told
    workflow.seek_opinion(own, by=farming)


def test_nothing_is_granted_where_nobody_holds_the_star(county, farming, finance, office):
    own = draft_project_fund(county, farming, planned={"330624108204": Decimal(500)})
    take_effect(own, farming, office)
    with pytest.raises(WrongState):
        workflow.grant(own, by=finance)


def test_planned_sums_are_typed_one_a_line(county, farming):
    fund = ProjectFund(unit=county)
    assert read_planned("330624108201　3,000.50\n330624108202\t7", fund) == {
        "330624108201": Decimal("3000.50"),
        "330624108202": Decimal(7),
    }
    with pytest.raises(ValidationError) as refused:
        read_planned("330681001218 5\n330624108201 0\n330624108201 1.005\n330624108202 1\n330624108202 2\nx", fund)
    assert len(refused.value.messages) == 5


def test_home_says_whose_turn_it_is(own, farming, finance, django_assert_max_num_queries):
    def turns():
        with django_assert_max_num_queries(2):
            sources = home_panel(farming)["sources"]
        return [(source.name, source.turn.who, source.turn.step.verb) for source in sources]

    assert turns() == [(own.name, FARMING, "seek_opinion")]
    workflow.seek_opinion(own, by=farming)
    assert turns() == [(own.name, "县领导小组办公室", "give_opinion")]
    assert home_panel(finance) is None


@pytest.fixture
def left_behind(own, farming):
    """``own``, the one post of whose department has ended."""
    farming.appointments.update(ends=date(2026, 11, 23))
    return own


def test_what_nobody_goes_on_with_is_handed_over(left_behind, office, finance):
    water, page = of_department(WATER), f"/funds/{left_behind.pk}/"
    assert [waiting(user) for user in (office, finance, water)] == [[("移交其他部门，或落实人员", page)], [], []]
    client = client_of(office)
    shown = client.get(page)
    assert (shown.context["turn"].who, shown.context["turn"].step.verb) == ("县领导小组办公室", "hand_over")
    sent = {"key": shown.context["key"], "department": FARMING}
    assert client.post(f"{page}step/hand_over/", sent).status_code == 400
    for _twice in range(2):
        answer = client.post(f"{page}step/hand_over/", sent | {"department": WATER}, follow=True)
        assert (answer.redirect_chain, "已移交" in answer.text) == ([("/funds/", 302)], True)
    assert client.get(page).status_code == 404
    mine = ProjectFund.objects.get()
    assert (mine.written_by, mine.department, verbs(water, mine)) == (WATER, WATER, ["revise", "seek_opinion"])
    assert [notice.kind for notice in Notice.objects.filter(user=water)] == ["source_handed_over"]
    workflow.revise_fund(mine, by=water, budget=Decimal(1000))
    workflow.seek_opinion(mine, by=water)


def test_what_is_filed_is_handed_over_through_the_api_and_stays_filed(own, farming, office):
    workflow.seek_opinion(own, by=farming)
    workflow.give_opinion(own, agreed=True, number="备9", by=office)
    water, url = of_department(WATER), f"/api/v1/funds/{own.pk}/hand_over/"
    assert api_of(office).post(url, {"department": WATER}).status_code == 409, "its own people go on with it"
    farming.appointments.update(ends=date(2026, 11, 23))
    assert [api_of(user).post(url, {"department": WATER}).status_code for user in (water, office)] == [404, 200]
    own.refresh_from_db()
    assert (own.state, own.written_by, verbs(water, own)) == ("filed", WATER, ["take_back", "make_effective"])
    workflow.make_effective(own, by=water)
    with pytest.raises(DatabaseError), transaction.atomic():
        ProjectFund.objects.filter(pk=own.pk).update(written_by=FARMING, department=FARMING)


def test_a_returned_draft_leads_the_office_to_its_list(own, farming, office):
    workflow.seek_opinion(own, by=farming)
    client, page = client_of(office), f"/funds/{own.pk}/"
    sent = {"key": client.get(page).context["key"], "agreed": "0", "opinion": "改"}
    for _twice in range(2):
        answer = client.post(f"{page}step/give_opinion/", sent, follow=True)
        assert (answer.redirect_chain, answer.status_code) == ([("/funds/", 302)], 200)


def test_a_right_that_ended_ends_at_once(own, farming):
    post = farming.appointments.get()
    post.ends = date(2026, 11, 23)
    post.save()
    assert verbs(User.objects.get(pk=farming.pk), own) == []
    assert list(ProjectFund.objects.seen_by(User.objects.get(pk=farming.pk))) == []
