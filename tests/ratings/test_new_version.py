"""The next version of a scheme in mid-year (formats §6): the cycle goes on under it, what is out stays as it is."""

from datetime import date
from decimal import Decimal as D

import pytest

from accounts.roles import Role
from notifications.models import Notice
from ratings.allowance import allowed_star
from ratings.models import Answer, Application, Cycle, Decision, Points, Stage
from ratings.workflow.filling_rights import criteria_of
from ratings.workflow.new_version import consequences
from ratings.workflow.scheme import import_scheme, issue_scheme
from records.refusals import WrongState
from tests.clock import freeze_time
from tests.factories import (
    TOWNSHIP,
    AnswerFactory,
    ApplicationFactory,
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


def answered(cycle, village, state="draft", **changes):
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}{village}"), state=state)
    for item, value in (ANSWERS | changes).items():
        AnswerFactory(application=application, item=item, typed=value, value=D(value))
    return application


def fresh(application):
    return Application.objects.select_related("unit", "cycle__scheme").get(pk=application.pk)


def test_the_cycle_moves_and_asks_what_is_new():
    cycle = CycleFactory()
    draft = answered(cycle, 201)
    filler, office = person(Role.FILLER, draft.unit_id), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    new = import_scheme(amended(), by=None)
    foreseen = consequences(new)
    moved = [[draft.unit_id, draft.unit.name, ("33.50", 4), ("41.50", 5)]]
    assert (foreseen["version"], foreseen["moved"], foreseen["asked"]) == (1, moved, {"draft": 1})
    issue_scheme(new, by=None)
    assert Cycle.objects.get().scheme == new
    assert "1.9" in [criterion.code for criterion in criteria_of(fresh(draft))]
    assert Answer.objects.filter(application=draft, value__isnull=False).count() == len(ANSWERS)
    told = Notice.objects.filter(kind="scheme_amended").values_list("user", flat=True)
    assert sorted(told) == sorted([filler.pk, office.pk])
    assert consequences(new) == {}


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
    with pytest.raises(WrongState):
        issue_scheme(new, by=None)
    assert (Cycle.objects.get().scheme, type(new).objects.get(pk=new.pk).state) == (cycle.scheme, "draft")


def test_a_closed_cycle_does_not_move():
    cycle = CycleFactory(state="closed", closed_at=at(2026, 7, 1))
    import_scheme(amended(), by=None, issue=True)
    assert Cycle.objects.get().scheme == cycle.scheme
