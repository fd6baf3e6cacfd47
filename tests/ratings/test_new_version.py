"""The next version of a scheme in mid-year (formats §6): the cycle goes on under it, what is out stays as it is."""

from datetime import date
from decimal import Decimal as D

import pytest

from accounts.roles import Role
from notifications.models import Notice
from ratings.allowance import allowed_star
from ratings.allowance.what_if import pairs_of_kept
from ratings.models import Answer, Application, Cycle, Decision, Points, Return, Stage
from ratings.scheme.reading import Reading
from ratings.workflow.answers import AnswerEntry, save_answers
from ratings.workflow.application import resume
from ratings.workflow.filling_rights import criteria_of
from ratings.workflow.new_version import consequences, waiting_words
from ratings.workflow.scheme import import_scheme, issue_scheme
from ratings.workflow.scheme_issuing import offered
from ratings.workflow.supply import asked_of, supply
from records.refusals import WrongState
from tests.clock import freeze_time
from tests.factories import (
    TOWNSHIP,
    AnswerFactory,
    ApplicationFactory,
    AppointmentFactory,
    CycleFactory,
    DecisionFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_july")]
ANSWERS = {"1.1.a": "0", "1.2": "96", "2.2": "9.5", "2.1.a": "1", "2.1.b": "1"}


@pytest.fixture
def _july():
    with freeze_time(at(2026, 7, 10, 9)):
        yield


def amended():
    """Stricter by one tier, and with one criterion more."""
    body = scheme_body()
    criteria = body["areas"][0]["criteria"]
    criteria[1]["tiers"][0]["at_least"] = 97
    criteria.append(criteria[0] | {"code": "1.9", "name": "新指标"})
    return body


def answered(cycle, village, state="draft", **has):
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}{village}"), state=state, **has)
    for item, value in ANSWERS.items():
        AnswerFactory(application=application, item=item, typed=value, value=D(value))
    return application


def test_points_that_were_added_up_are_added_up_anew():
    sent = answered(CycleFactory(), "204", "submitted", self_total=D("30"))
    import_scheme(amended(), by=None, issue=True)
    assert Points.objects.get(application=sent, stage=Stage.SELF, criterion="1.2").points == D("8.00")


def fresh(application):
    return Application.objects.select_related("unit", "cycle__scheme").get(pk=application.pk)


def test_the_cycle_moves_and_asks_what_is_new():
    cycle = CycleFactory()
    draft, _published = answered(cycle, 201), answered(cycle, 202, "confirmed")
    filler, office = person(Role.FILLER, draft.unit_id), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    new = import_scheme(amended(), by=None)
    foreseen = consequences(new)
    moved = [[draft.unit_id, draft.unit.name, ("29.50", 3), ("27.50", 2)]]
    assert (foreseen["version"], foreseen["moved"], foreseen["asked"]) == (1, moved, {"draft": 1})
    tried = pairs_of_kept(Reading(new.body, new.spec), cycle.scheme, date(2026, 7, 10))
    assert foreseen["starred"] == sum(pair.change != 0 for pair in tried.pairs) == tried.settled == 1
    issue_scheme(new, by=None)
    assert Cycle.objects.get().scheme == new
    assert "1.9" in [criterion.code for criterion in criteria_of(fresh(draft))]
    assert Answer.objects.filter(application=draft, value__isnull=False).count() == len(ANSWERS)
    told = Notice.objects.filter(kind="scheme_amended").values_list("user", flat=True)
    assert sorted(told) == sorted([filler.pk, office.pk])
    assert consequences(new) == {}


@pytest.mark.parametrize("state", ["submitted", "township_review", "returned", "county_review"])
def test_what_is_sent_already_is_asked_for_the_new_answers_alone(client, settings, state):
    settings.SECOND_FACTOR_REQUIRED = False
    cycle = CycleFactory()
    sent = answered(cycle, 201, state=state, submitted_at=at(2026, 7, 1), applied_star=4)
    signer, filler = person(Role.SIGNER, sent.unit_id), person(Role.FILLER, sent.unit_id)
    if state == "returned":
        Return.objects.create(application=sent, by=signer, due=at(2026, 7, 11))
    import_scheme(amended(), by=None, issue=True)
    now = fresh(sent)
    if state == "county_review":  # the county's reviewers score what is new
        assert (now.state, now.returns.count()) == ("county_review", 0)
        return
    question = now.returns.get(answered_at=None)
    assert (now.state, question.due) == ("returned", at(2026, 7, 18))
    assert [one.criterion for one in question.criteria.all()][-1] == "1.9"
    client.force_login(filler)
    assert "请改1项" in client.get("/").content.decode()
    if state == "returned":
        return
    save_answers(now, [AnswerEntry("1.9.a", "1")], by=filler)
    with pytest.raises(WrongState):
        save_answers(now, [AnswerEntry("1.1.a", "1")], by=filler)
    with freeze_time(at(2026, 7, 18, 9)):
        resume(now, by=person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    now = fresh(sent)
    assert (now.state, now.submitted_at) == ("township_review", at(2026, 7, 1))


def test_a_department_gives_what_is_new_during_the_review(client):
    cycle = CycleFactory()
    sent = answered(cycle, 201, state="township_review", submitted_at=at(2026, 7, 1))
    body = amended()
    body["areas"][0]["criteria"][-1] = {
        "code": "1.9", "name": "收入", "max": 4, "method": "linear", "zero_at": 0, "full_at": 4,
        "supplier": "department:农业农村局",
    }  # fmt: skip
    import_scheme(body, by=None, issue=True)
    department = AppointmentFactory(role=Role.DEPARTMENT, unit=cycle.unit, department="农业农村局").user
    cycle = Cycle.objects.get()
    assert [(one.criterion.code, one.missing) for one in asked_of(department)] == [("1.9", 1)]
    supply(cycle, "1.9", {(sent.unit_id, "1.9"): "2"}, by=department)
    with pytest.raises(WrongState):
        supply(cycle, "1.9", {(sent.unit_id, "1.9"): "3"}, by=department)
    assert Points.objects.get(application=sent, stage=Stage.SELF, criterion="1.9").points == D(2)


def test_a_published_result_stays_under_the_version_that_it_names():
    cycle = CycleFactory()
    done = answered(cycle, 201, state="confirmed")
    DecisionFactory(unit=done.unit, application=done, cycle=cycle, origin=Decision.Origin.TOWNSHIP, state="decided")
    Decision.objects.update(state="released")
    Points.objects.create(application=done, stage=Stage.TOWNSHIP, criterion="2.2", points=D(9))
    one = Application.objects.filter(pk=done.pk)
    day = date(2026, 7, 10)
    before = allowed_star.allowed(allowed_star.applications(one, Stage.TOWNSHIP, day))
    body = amended()
    body["stars"] = [{"star": 1, "total": 0}]
    old, new = cycle.scheme, import_scheme(body, by=None, issue=True)
    assert (Cycle.objects.get().scheme, fresh(done).scheme) == (new, old)
    assert "1.9" not in [criterion.code for criterion in criteria_of(fresh(done))]
    assert allowed_star.allowed(allowed_star.applications(one, Stage.TOWNSHIP, day)) == before
    assert not Notice.objects.filter(kind="scheme_amended").exists()


def test_what_waits_for_its_release_comes_first():
    cycle = CycleFactory()
    decided = answered(cycle, 201, state="decided")
    DecisionFactory(
        unit=decided.unit, application=decided, cycle=cycle, origin=Decision.Origin.TOWNSHIP, state="decided"
    )
    new = import_scheme(amended(), by=None)
    assert consequences(new)["waiting"] == 1
    assert offered(new)["hindrances"][-1:] == [waiting_words(1)], "the page offers no button that would be refused"
    with pytest.raises(WrongState):
        issue_scheme(new, by=None)
    assert (Cycle.objects.get().scheme, type(new).objects.get(pk=new.pk).state) == (cycle.scheme, "draft")


def test_a_closed_cycle_does_not_move():
    cycle = CycleFactory(state="closed", closed_at=at(2026, 7, 1))
    import_scheme(amended(), by=None, issue=True)
    assert Cycle.objects.get().scheme == cycle.scheme
