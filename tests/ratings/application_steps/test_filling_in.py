"""Beginning an application and filling it in: who may, who may not, and when (practice §3)."""

from decimal import Decimal as D

import pytest

from accounts.roles import Role
from ratings.models import Application
from ratings.workflow import application as workflow
from ratings.workflow.answers import version
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.answers import save_answer
from tests.clock import freeze_time
from tests.factories import (
    NEIGHBOUR,
    TOWNSHIP,
    VILLAGE,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.ratings.application_steps.conftest import kinds_told, refreshed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


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
