"""From an empty form to the township's desk: who may take each step, who may not, and when (practice §3)."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Application, Evidence, Points, Stage
from ratings.models.cycle import CycleStep
from ratings.workflow import application as workflow
from ratings.workflow.answers import AnswerEntry, fill_many, save_answers, version
from ratings.workflow.cycle import reopen
from ratings.workflow.evidence import attach_many
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.answers import save_answer
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
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
from tests.ratings.conftest import SPRING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
NEIGHBOUR = "330624108205"
WHOLE = {
    "1.1.a": ("2", ""),
    "1.2": ("96", ""),
    **{f"2.1.{c}": ("1", "") for c in "abcde"},
    "2.2": ("8.5", "班子齐心"),
    "B.1.a": ("1", ""),
    "D.1.a": ("0", ""),
}


@built_once(at=SPRING)
def filler(db):
    return person(Role.FILLER, VILLAGE)


@built_once(at=SPRING)
def signer(db):
    return person(Role.SIGNER, VILLAGE)


@built_once(at=SPRING)
def office(db):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP)


@built_once(at=SPRING)
def draft(filler):
    application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
    return workflow.choose_star(application, 5, by=filler)


def fill(application, by, **changes):
    typed = WHOLE | changes
    save_answers(application, [AnswerEntry(item, text, reason) for item, (text, reason) in typed.items()], by=by)


@built_once(at=SPRING)
def whole(draft, filler):
    fill(draft, filler)
    return draft


@built_once(at=SPRING)
def submitted(whole, signer, office):
    workflow.submit(whole, by=signer)
    return refreshed(whole)


@built_once(at=SPRING)
def accepted(submitted, office):
    workflow.accept(submitted, by=office)
    return refreshed(submitted)


@built_once(at=SPRING)
def returned(accepted, office):
    workflow.return_(accepted, {"1.2": "与民政的数不符"}, due=timezone.now() + timedelta(days=5), by=office)
    return refreshed(accepted)


def refreshed(application):
    return Application.objects.select_related("unit", "cycle__scheme").get(pk=application.pk)


def kinds_told(user):
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


# Beginning.


def test_a_filler_begins_an_empty_draft_with_its_first_step(filler):
    application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
    assert (application.state, application.filled_by, application.on_behalf) == ("draft", filler, False)
    assert [(t.verb, t.to_state, t.by) for t in application.transitions.all()] == [("begin", "draft", filler)]


def test_the_township_office_fills_in_on_behalf_and_is_marked(filler, office):
    application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=office)
    assert (application.filled_by, application.on_behalf) == (office, True)
    save_answer(application, "1.2", "96", by=filler)
    assert (refreshed(application).filled_by, refreshed(application).on_behalf) == (office, True)


def test_the_village_is_told_when_the_office_fills_in_for_it(draft, filler, office):
    save_answer(draft, "1.2", "96", by=office)
    assert (refreshed(draft).filled_by, refreshed(draft).on_behalf) == (office, True)
    assert kinds_told(filler) == ["application_filled_on_behalf"]


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.FILLER, NEIGHBOUR),
        (Role.TOWNSHIP_OFFICE, "330624109"),
        (Role.TOWNSHIP_REVIEWER, TOWNSHIP),
        (Role.COUNTY_OFFICE, "330624"),
    ],
)
def test_others_may_not_begin(role, code):
    with pytest.raises(NotAllowed):
        workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=person(role, code))


def test_a_unit_has_one_application_a_cycle(draft, filler):
    with pytest.raises(WrongState):
        workflow.begin(draft.unit, draft.cycle, by=filler)
    assert Application.objects.count() == 1


def test_what_is_not_rated_does_not_begin():
    community = "330624108001"
    with pytest.raises(WrongState):
        workflow.begin(UnitFactory(code=community), CycleFactory(), by=person(Role.FILLER, community))


def test_nothing_begins_outside_the_window(filler):
    with freeze_time("2027-01-01T00:00:00+08:00"), pytest.raises(WrongState):
        workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)


# Filling in.


def test_what_is_typed_is_kept_as_a_fact(draft, filler):
    kept = save_answer(draft, "1.2", "９６.５", by=filler)
    assert (kept.answer.typed, kept.answer.value, kept.problem) == ("９６.５", D("96.5"), "")


@pytest.mark.parametrize(
    ("item", "typed"),
    [("1.2", "4.5万"), ("1.1.a", "-1"), ("2.1.a", "2"), ("2.2", "8.3"), ("2.2", "11"), ("1.2", "1e9999")],
)
def test_what_is_no_fact_is_kept_as_typed_without_a_value(draft, filler, item, typed):
    kept = save_answer(draft, item, typed, by=filler)
    answer = draft.answers.get(item=item)
    assert (answer.typed, answer.value) == (typed, None)
    assert kept.problem != ""


def test_another_persons_newer_answer_is_not_overwritten(draft, filler, signer):
    first = save_answer(draft, "1.2", "96", by=filler).answer
    save_answer(draft, "1.2", "97", by=signer, seen=version(first))
    kept = save_answer(draft, "1.2", "95", by=filler, seen=version(first))
    assert kept.refused
    assert draft.answers.get(item="1.2").typed == "97"
    save_answer(draft, "1.2", "95", by=filler, seen=version(kept.answer))
    assert draft.answers.get(item="1.2").typed == "95"


def test_ones_own_newer_answer_never_is_in_the_way(draft, filler):
    first = save_answer(draft, "1.2", "96", by=filler).answer
    save_answer(draft, "1.2", "97", by=filler, seen=version(first))
    assert not save_answer(draft, "1.2", "98", by=filler, seen=version(first)).refused


def test_what_others_supply_is_locked():
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1]["supplier"] = "department:民政局"
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)))
    filler = person(Role.FILLER, VILLAGE)
    application = workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler)
    with pytest.raises(WrongState):
        save_answer(application, "1.2", "96", by=filler)
    with pytest.raises(WrongState):
        save_answer(application, "9.9", "96", by=filler)


def test_others_may_not_fill_in(draft):
    for role, code in [(Role.FILLER, NEIGHBOUR), (Role.TOWNSHIP_LEADER, TOWNSHIP), (Role.DISCIPLINE, "330624")]:
        with pytest.raises(NotAllowed):
            save_answer(draft, "1.2", "96", by=person(role, code))


def test_nothing_is_filled_in_after_sending(submitted, filler):
    with pytest.raises(WrongState):
        save_answer(submitted, "1.2", "90", by=filler)


def test_a_star_that_the_scheme_lacks_is_refused(draft, filler):
    with pytest.raises(Incomplete):
        workflow.choose_star(draft, 6, by=filler)


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
