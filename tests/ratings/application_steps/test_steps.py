"""From the whole form to the return: who may take each step, who may not, and when (practice §3)."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts.roles import Role
from ratings.models import Application, Evidence, Points, Stage
from ratings.models.cycle import CycleStep
from ratings.workflow import application as workflow
from ratings.workflow.answers import fill_many
from ratings.workflow.cycle import reopen
from ratings.workflow.evidence import attach_many
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.answers import WHOLE, fill, save_answer
from tests.clock import freeze_time
from tests.factories import (
    NEIGHBOUR,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    StoredFileFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)
from tests.ratings.application_steps.conftest import kinds_told, refreshed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


# Submitting.


def test_the_signer_submits_a_whole_form(submitted, signer, office):
    assert (submitted.state, submitted.signed_by) == ("submitted", signer)
    assert submitted.submitted_at == timezone.now()
    assert (submitted.self_total, submitted.self_star) == (D("38.50"), 5)
    assert dict(submitted.points.filter(stage=Stage.SELF).values_list("criterion", "points")) == {
        "1.1": D("9"), "1.2": D("10"), "2.1": D("10"), "2.2": D("8.5"), "B.1": D("1"), "D.1": D("0"),
    }  # fmt: skip
    assert kinds_told(office) == ["application_submitted"]


def test_only_the_signer_submits(whole, filler, office):
    for by in (filler, office, person(Role.SIGNER, NEIGHBOUR)):
        with pytest.raises(NotAllowed):
            workflow.submit(whole, by=by)
    assert refreshed(whole).state == "draft"


@pytest.mark.parametrize(
    ("item", "typed", "reason"),
    [("1.2", "", ""), ("1.2", "很高", ""), ("2.2", "8.5", " ")],
    ids=["not answered", "no fact", "points without a reason"],
)
def test_an_unfinished_form_is_not_sent(whole, filler, signer, item, typed, reason):
    save_answer(whole, item, typed, reason, by=filler)
    with pytest.raises(Incomplete) as refused:
        workflow.submit(whole, by=signer)
    assert list(refused.value.problems) == [item]
    assert refreshed(whole).state == "draft"


def test_no_star_chosen_is_not_sent(whole, signer):
    Application.objects.filter(pk=whole.pk).update(applied_star=None)
    with pytest.raises(Incomplete) as refused:
        workflow.submit(whole, by=signer)
    assert list(refused.value.problems) == ["star"]


def test_a_second_click_submits_once_and_is_told(submitted, signer):
    with pytest.raises(WrongState):
        workflow.submit(submitted, by=signer)
    assert submitted.transitions.filter(verb="submit").count() == 1


def test_nothing_is_sent_after_the_window(whole, signer):
    whole.cycle.windows.filter(step=CycleStep.APPLY).update(closes=timezone.now())
    with pytest.raises(WrongState):
        workflow.submit(refreshed(whole), by=signer)


def test_many_are_sent_as_one_is(whole, signer):
    neighbour = workflow.begin(UnitFactory(code=NEIGHBOUR), whole.cycle, by=(other := person(Role.SIGNER, NEIGHBOUR)))
    workflow.choose_star(neighbour, 5, by=other)
    fill_many([(neighbour, other, WHOLE)])
    workflow.submit_many([(refreshed(whole), signer), (refreshed(neighbour), other)])
    one, two = refreshed(whole), refreshed(neighbour)
    assert (one.signed_by, two.signed_by) == (signer, other)
    alike = ["state", "submitted_at", "self_total", "self_star", "on_behalf", "applied_star"]
    assert [getattr(one, field) for field in alike] == [getattr(two, field) for field in alike]
    points = Points.objects.order_by("criterion").values_list("criterion", "points", "figure")
    assert list(points.filter(application=one)) == list(points.filter(application=two))
    assert [t.by for t in two.transitions.filter(verb="submit")] == [other]


def test_of_many_none_is_sent_when_one_lacks_something(whole, signer):
    neighbour = ApplicationFactory(cycle=whole.cycle, unit=UnitFactory(code=NEIGHBOUR))
    with pytest.raises(Incomplete):
        workflow.submit_many([(whole, signer), (neighbour, person(Role.SIGNER, NEIGHBOUR))])
    assert set(Application.objects.values_list("state", flat=True)) == {"draft"}


# Withdrawing.


@pytest.mark.parametrize("stage", ["submitted", "accepted", "returned"])
def test_the_signer_withdraws_before_a_decision(request, stage, signer, office):
    application = request.getfixturevalue(stage)
    workflow.withdraw(application, by=signer, reason="数字要重核")
    assert refreshed(application).state == "draft"
    assert kinds_told(office)[-1] == "application_withdrawn"
    assert not application.returns.filter(answered_at=None).exists()


def test_withdrawing_has_its_limits(accepted, filler, signer):
    with pytest.raises(NotAllowed):
        workflow.withdraw(accepted, by=filler, reason="不申报了")
    with pytest.raises(Incomplete):
        workflow.withdraw(accepted, by=signer, reason=" ")


@pytest.mark.parametrize("state", ["draft", "public_notice", "confirmed", "rejected"])
def test_there_is_nothing_to_withdraw(state, signer):
    with pytest.raises(WrongState):
        workflow.withdraw(ApplicationFactory(state=state), by=signer, reason="不申报了")


# Accepting and returning.


def test_the_township_office_accepts(accepted, filler, signer):
    assert accepted.state == "township_review"
    assert kinds_told(filler) == kinds_told(signer) == ["application_accepted"]


def test_others_may_not_accept(submitted, signer):
    for by in (signer, person(Role.TOWNSHIP_OFFICE, "330624109"), person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)):
        with pytest.raises(NotAllowed):
            workflow.accept(submitted, by=by)


def test_a_second_accept_is_told(accepted, office):
    with pytest.raises(WrongState):
        workflow.accept(accepted, by=office)


def test_the_office_comes_too_late(submitted, office):
    submitted.cycle.windows.filter(step=CycleStep.TOWNSHIP_REVIEW).update(closes=timezone.now())
    with pytest.raises(WrongState):
        workflow.accept(refreshed(submitted), by=office)


def test_a_return_names_its_questions_and_tells_the_village(returned, filler, signer):
    question = returned.returns.get()
    assert [(c.criterion, c.reason) for c in question.criteria.all()] == [("1.2", "与民政的数不符")]
    assert kinds_told(filler)[-1] == kinds_told(signer)[-1] == "application_returned"


def test_only_what_was_returned_reopens(returned, filler):
    assert save_answer(returned, "1.2", "93", by=filler).problem == ""
    with pytest.raises(WrongState):
        save_answer(returned, "1.1.a", "1", by=filler)
    with pytest.raises(WrongState):
        workflow.choose_star(returned, 4, by=filler)


@pytest.mark.parametrize(
    ("reasons", "days", "field"),
    [({}, 5, "criteria"), ({"1.2": " "}, 5, "1.2"), ({"9.9": "为什么"}, 5, "9.9"), ({"1.2": "为什么"}, -1, "due")],
)
def test_a_return_must_be_answerable(accepted, office, reasons, days, field):
    with pytest.raises(Incomplete) as refused:
        workflow.return_(accepted, reasons, due=timezone.now() + timedelta(days=days), by=office)
    assert list(refused.value.problems) == [field]
    assert refreshed(accepted).state == "township_review"


def test_others_may_not_return(accepted, signer):
    for by in (signer, person(Role.TOWNSHIP_REVIEWER, TOWNSHIP), person(Role.TOWNSHIP_OFFICE, "330624109")):
        with pytest.raises(NotAllowed):
            workflow.return_(accepted, {"1.2": "为什么"}, due=timezone.now() + timedelta(days=5), by=by)


def test_a_corrected_application_comes_back(returned, filler, signer, office):
    save_answer(returned, "1.2", "93", by=filler)
    workflow.resubmit(returned, by=signer)
    again = refreshed(returned)
    assert (again.state, again.self_total) == ("township_review", D("36.50"))
    assert again.returns.get().answered_at == timezone.now()
    assert kinds_told(office)[-1] == "application_resubmitted"
    with pytest.raises(WrongState):
        workflow.resubmit(again, by=signer)


def test_an_answer_is_due(returned, filler, signer, office):
    with pytest.raises(NotAllowed):
        workflow.resume(returned, by=office)
    with freeze_time("2026-04-10T00:00:00Z"):
        with pytest.raises(WrongState):
            save_answer(returned, "1.2", "93", by=filler)
        with pytest.raises(WrongState):
            workflow.resubmit(returned, by=signer)
        workflow.resume(returned, by=office)
    assert refreshed(returned).state == "township_review"


def test_evidence_is_demanded_where_the_scheme_asks(filler, signer):
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1]["evidence"] = [{"name": "测评表"}]
    areas[2]["criteria"][0]["evidence"] = [{"name": "表彰文件"}]
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)))
    application = workflow.choose_star(workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler), 3, by=filler)
    fill(application, filler, **{"B.1.a": ("0", "")})
    with pytest.raises(Incomplete) as refused:
        workflow.submit(application, by=signer)
    assert list(refused.value.problems) == ["1.2"]
    attach_many([Evidence(application=application, criterion="1.2", name="测评表", file=StoredFileFactory())])
    workflow.submit(application, by=signer)
    assert refreshed(application).state == "submitted"


def test_the_clock_and_commands_may_take_many_steps():
    cycle = CycleFactory()
    begun = workflow.begin_many(cycle, [(UnitFactory(code=VILLAGE), None)], at=at(2026, 3, 1))
    fill_many([(begun[0], None, WHOLE)], at=at(2026, 3, 2))
    Application.objects.update(applied_star=4)
    workflow.submit_many([(begun[0], None)], at=at(2026, 3, 3))
    workflow.accept_many(begun, by=None, at=at(2026, 3, 4))
    assert list(begun[0].transitions.values_list("verb", "at")) == [
        ("begin", at(2026, 3, 1)),
        ("submit", at(2026, 3, 3)),
        ("accept", at(2026, 3, 4)),
    ]


# Extensions for one village.


def test_the_office_reopens_the_time_for_one_village(whole, filler, signer, office):
    whole.cycle.windows.filter(step=CycleStep.APPLY).update(closes=timezone.now())
    neighbour = UnitFactory(code=NEIGHBOUR)
    reopen(whole.cycle, whole.unit, closes=timezone.now() + timedelta(days=2), reason="会计生病", by=office)
    assert kinds_told(filler) == ["applying_reopened"]
    save_answer(refreshed(whole), "1.2", "97", by=filler)
    with pytest.raises(WrongState):
        workflow.begin(neighbour, whole.cycle, by=person(Role.FILLER, NEIGHBOUR))
    with freeze_time("2026-04-04T00:00:00Z"), pytest.raises(WrongState):
        workflow.submit(refreshed(whole), by=signer)
    workflow.submit(refreshed(whole), by=signer)
    assert refreshed(whole).state == "submitted"


def test_more_time_has_its_limits(draft, filler, signer, office):
    given = {"closes": timezone.now() + timedelta(days=2), "reason": "会计生病"}
    for by in (filler, signer, person(Role.TOWNSHIP_OFFICE, "330624109"), person(Role.DISCIPLINE, "330624")):
        with pytest.raises(NotAllowed):
            reopen(draft.cycle, draft.unit, **given, by=by)
    for wrong in ({"reason": " "}, {"closes": timezone.now()}):
        with pytest.raises(Incomplete):
            reopen(draft.cycle, draft.unit, **given | wrong, by=office)
    with pytest.raises(WrongState):
        reopen(draft.cycle, UnitFactory(code=f"{TOWNSHIP}001"), **given, by=office)
