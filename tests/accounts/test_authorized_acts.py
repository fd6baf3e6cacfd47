"""代: acts of a deputy are marked wherever they are shown, long after the deputy's days, and nobody else's are."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.deputies import AuthorizedAct, by_deputies
from accounts.models import User
from accounts.roles import Role
from improvements.workflow.library import add_to_library
from incentives import workflow as money
from incentives.models import LedgerEntry
from ratings.application.access import opened
from ratings.workflow import event as events
from records.documents import Names
from reviews.presenters.minutes import blocks
from reviews.results.result import Result
from reviews.workflow import batches, checks, decisions, objections
from tests.accounts.deputies import FIRST, fresh, stand_in
from tests.clients import api_of, client_of
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, person

pytestmark = pytest.mark.django_db

LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True)
def clock(settings, tmp_path):
    settings.SECOND_FACTOR_REQUIRED, settings.CACHES, settings.MEDIA_ROOT = False, LOCMEM, tmp_path
    with freeze_time("2026-11-24 10:00+08:00") as frozen:
        yield frozen


@pytest.fixture
def own(counties):
    return counties.first


def page(user, name, *args, **query):
    client = client_of(fresh(user))
    return client.get(reverse(name, args=args), query)


def test_who_may_in_their_own_right_too_is_no_deputy():
    office, finance = (person(role, COUNTY) for role in (Role.COUNTY_OFFICE, Role.FINANCE))
    stand_in(office.appointments.get(), finance)
    both = AuthorizedAct(finance.pk, frozenset({"reviews.release_county", "incentives.disburse"}), COUNTY, FIRST)
    released = both._replace(rights=frozenset({"reviews.release_county"}))
    assert by_deputies([both, released]) == {released}


def test_money(own, clock):
    deputy = own.who.discipline
    stand_in(own.who.finance.appointments.get(), deputy)
    money.seek_opinion(own.draft_policy, by=fresh(deputy))
    paid = LedgerEntry.objects.filter(kind="disburse", reward__policy=own.policy).first()
    money.correct(paid, amount=Decimal("1.00"), reason="多付", by=fresh(deputy))
    clock.move_to("2026-12-20 10:00+08:00")
    watcher = own.who.county_office
    entries = page(watcher, "policy-ledger", own.policy.pk).context["page"]
    assert {(entry.by_id, entry.as_deputy) for entry in entries} == {(deputy.pk, True), (own.who.finance.pk, False)}
    assert f"{deputy.name}（代）" in page(watcher, "policy-ledger", own.policy.pk).content.decode()
    assert [(one.step, one.who) for one in page(watcher, "policy", own.policy.pk).context["signed"]] == [
        ("征求意见", own.who.finance.name),
        ("出具意见", watcher.name),
        ("批准施行", own.who.finance.name),
    ]
    sought = page(own.who.finance, "policy", own.draft_policy.pk)
    assert f"{deputy.name}（代）" in sought.content.decode()
    program = api_of(fresh(watcher))
    told = program.get("/api/v1/ledger/", {"reward__policy": own.policy.pk}).json()["results"]
    assert {(row["by"], row["as_deputy"]) for row in told} == {(deputy.pk, True), (own.who.finance.pk, False)}


def test_the_settling_of_an_event(own):
    leader, deputy = own.who.township_leader, own.who.township_office
    own.deputy_post.delete()
    stand_in(own.leader_post, deputy)
    events.settle(own.proposal, confirm=True, by=fresh(deputy))
    shown = page(own.who.discipline, "event", own.event.pk).content.decode()
    assert f"{deputy.name}（代）" in shown
    assert f"{own.who.discipline.name}（代）" not in shown
    assert own.who.discipline.name in shown
    assert leader.name not in shown


def test_the_why_page_its_file_and_the_minutes(own):
    own.deputy_post.delete()
    stand_in(own.leader_post, own.who.township_office)
    decisions.reconsider(own.decided, by=fresh(own.who.township_leader), reason="重议")
    decisions.decide(own.decided, star=3, by=fresh(own.who.township_office))
    papers = {"document": "评3号", "met_on": date(2026, 11, 24), "by": fresh(own.who.township_office)}
    batch = batches.prepare(own.cycle, own.township, "township", **papers)
    batches.release(batch, by=fresh(own.who.township_office))
    filler = own.who.county_office
    result = Result(opened(fresh(filler), own.decided.pk), fresh(filler))
    titles = [step.title for _chapter, steps in result.chapters for step in steps]
    assert [title for title in titles if "（代）" in title] == ["乡镇（街道）审定（代）：三星"]
    file = page(filler, "result_file", own.decided.pk)
    assert (file.status_code, b"".join(file)[:5]) == (200, b"%PDF-")
    batch.refresh_from_db()
    made = blocks(batch, [], [], {})
    assert next(block for block in made if isinstance(block, Names)).rows[-1][1] == (
        f"2026年11月24日由{own.who.township_office.name}发布"
    )


def test_an_answer_to_an_objection_and_one_of_a_department(own):
    deputy, other = own.who.finance, person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, name="外人")
    stand_in(own.who.discipline.appointments.get(), deputy)
    checks.answer(own.check, "纪委监委", by=fresh(deputy))
    assert f"{deputy.name}（代）" in page(deputy, "review_check", own.check.pk).content.decode()
    stand_in(own.who.township_office.appointments.get(deputy_for=None), other)
    objections.dismiss(own.objection, by=fresh(other), answer="查无此事。")
    assert "外人（代）" in page(other, "review_objection", own.objection.pk).content.decode()


def test_the_audit_trail_and_its_sheet(own):
    deputy = own.who.discipline
    stand_in(own.who.finance.appointments.get(), deputy)
    money.seek_opinion(own.draft_policy, by=fresh(deputy))
    auditor = User.objects.get(username="auditor")
    shown = page(auditor, "trail", person=deputy.username)
    told = {(change.verb, change.as_deputy) for act in shown.context["acts"] for change in act.changes}
    assert ("征求意见", True) in told
    assert ("登记情形", False) in told
    assert f"{deputy.name}（代）" in shown.content.decode()
    book = load_workbook(BytesIO(b"".join(page(auditor, "trail", person=deputy.username, **{"as": "xlsx"}))))
    cells = {str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row}
    assert {deputy.name, f"{deputy.name}（代）"} <= cells


def test_the_audit_trail_marks_what_no_lifecycle_knows(own):
    deputy, post = own.who.finance, own.who.county_office.appointments.get()
    stand_in(post, deputy)
    add_to_library(post.unit, "1.1", "每周巡河", by=fresh(deputy))
    shown = page(User.objects.get(username="auditor"), "trail", step="add_library_measure")
    changes = [change for act in shown.context["acts"] for change in act.changes]
    assert [change.who for change in changes if change.as_deputy] == [str(deputy)]


def test_the_step_that_upholds_an_objection(own):
    other = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, name="外人")
    stand_in(own.who.township_office.appointments.get(deputy_for=None), other)
    objections.uphold(own.objection, by=fresh(other), answer="属实。")
    step = own.objection.decision.application.transitions.last()
    assert (step.verb, step.by, step.as_deputy) == ("uphold", other, True)
