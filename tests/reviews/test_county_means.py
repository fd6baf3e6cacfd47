"""One county's mean for all units, whenever each was scored (formats, Extensions, ``to_mean``)."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.roles import Role
from ratings.allowance.dry_run import try_scheme
from ratings.allowance.scheme_revision import Revised, revised
from ratings.models import Application, Decision, Points, Stage
from ratings.scheme.reading import check_scheme
from ratings.scoring.county_mean import give_county_means
from ratings.scoring.unit_facts import UnitFacts
from ratings.workflow.cycle import close_scoring
from records.refusals import Incomplete
from reviews.integrity.point_integrity import faults
from reviews.models import Sheet
from reviews.sheets.scores import ScoreEntry
from reviews.workflow import panels, sheets
from reviews.workflow.decisions import decide
from tests.built_once import built_once
from tests.clients import client_of
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    AnswerFactory,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
    walk,
)
from tests.reviews.conftest import TODAY

pytestmark = pytest.mark.django_db
FIGURES = {f"{COUNTY}101201": 10, f"{COUNTY}102201": 30}
"""A village of each of two townships."""


def relative(full_at: int = 100, decide_up_to: int = 0) -> dict:
    criterion = {"code": "1.1", "name": "收入", "max": 10, "method": "linear", "zero_at": 0, "full_at": full_at}
    area = {"code": "1", "name": "面", "kind": "base", "criteria": [criterion | {"to_mean": True}]}
    stars = [{"star": 2, "total": 8}, {"star": 1, "total": 2}]
    return scheme_body(areas=[area], stars=stars, vetoes=[], townships_decide_up_to=decide_up_to)


def score(application, value, reviewers) -> None:
    for reviewer in reviewers:
        sheet = Sheet.objects.get(application=application, reviewer=reviewer)
        sheets.save(sheet, {"1.1": ScoreEntry(Decimal(value), "")}, by=reviewer)
        sheets.hand_in(sheet, by=reviewer)


@built_once(at=TODAY)
def scored(db):
    """The first village is scored before the second one's figure is there."""
    cycle, (one, two) = CycleFactory(scheme=SchemeFactory(body=relative())), FIGURES
    first = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=one), state="county_review", applied_star=2)
    second = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=two), state="submitted", applied_star=2)
    reviewers = [person(Role.COUNTY_REVIEWER, COUNTY) for _ in range(2)]
    office = person(Role.COUNTY_OFFICE, COUNTY)
    panels.convene(cycle, cycle.unit, Stage.COUNTY, reviewers, by=office)
    for application in (first, second):
        AnswerFactory(application=application, item="1.1", value=FIGURES[application.unit_id])
        if application == second:
            assert found() == {one: 10}
            walk(second, "township_review", "county_review")
        score(application, FIGURES[application.unit_id], reviewers)
    return SimpleNamespace(cycle=cycle, first=first, office=office)


def found() -> dict[str, Decimal]:
    rows = Points.objects.filter(stage=Stage.COUNTY, criterion="1.1")
    return dict(rows.values_list("application__unit", "points"))


def tried() -> dict[str, Decimal]:
    spec = check_scheme(relative())
    units = {code: UnitFacts({"1.1": Decimal(value)}, set(), set()) for code, value in FIGURES.items()}
    give_county_means(spec.spec, [facts.values for facts in units.values()])
    return {row["unit"]: Decimal(row["total"]) for row in try_scheme(spec, units, at(2026, 12, 1).date())}


def test_closing_the_scoring_measures_all_by_one_mean(scored):
    assert found() != tried()
    close_scoring(scored.cycle, by=scored.office)
    assert found() == tried()
    totals = Application.objects.values_list("unit", "panel_total")
    assert dict(totals) == tried()
    assert list(faults()) == []


def test_a_star_is_decided_by_the_mean_of_its_day(scored):
    with pytest.raises(Incomplete, match="最高可评1星"):
        decide(scored.first, star=2, by=scored.office)
    assert decide(scored.first, star=1, by=scored.office).total == tried()[scored.first.unit_id]
    assert found() == tried()


@pytest.mark.parametrize("alone", [False, True])
def test_what_is_listed_is_what_is_recorded(scored, settings, alone):
    """The mean settles before the list, so that what is confirmed is decided with the very totals that were read."""
    settings.SECOND_FACTOR_REQUIRED = False
    client, second = client_of(scored.office), Application.objects.exclude(pk=scored.first.pk).get()
    desk = reverse("review_application", args=[scored.first.pk]) if alone else reverse("review_decisions")
    chosen = [scored.first] if alone else [scored.first, second]
    stars = {scored.first.pk: "1", second.pk: "2"}
    page = client.post(desk, {f"choice.{one.pk}": stars[one.pk] for one in chosen})
    listed = {row.application.unit_id: row.ceiling.allowed.total for row in page.context["rows"]}
    assert listed == {one.unit_id: tried()[one.unit_id] for one in chosen}
    client.post(reverse("review_decisions"), {"confirmed": "yes", "key": page.context["key"]})
    assert dict(Decision.objects.values_list("unit", "total")) == listed


def test_a_rejection_on_the_list_moves_no_other_total(settings):
    """One that is not rated leaves the mean, but not the mean of what was listed beside it."""
    settings.SECOND_FACTOR_REQUIRED = False
    cycle = CycleFactory(scheme=SchemeFactory(body=relative(decide_up_to=2)))
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    reviewers = [person(Role.TOWNSHIP_REVIEWER, TOWNSHIP) for _ in range(2)]
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    panels.convene(cycle, UnitFactory(code=TOWNSHIP), Stage.TOWNSHIP, reviewers, by=office)
    low, high = (
        ApplicationFactory(cycle=cycle, unit=UnitFactory(code=code), state="submitted", applied_star=2)
        for code in (f"{TOWNSHIP}201", f"{TOWNSHIP}202")
    )
    for application, value in ((low, 10), (high, 30)):
        AnswerFactory(application=application, item="1.1", value=value)
        walk(application, "township_review")
        score(application, value, reviewers)
    client, desk = client_of(leader), reverse("review_decisions")
    reason = {f"reason.{low.pk}": "材料不实"}
    page = client.post(desk, {f"choice.{low.pk}": "reject", f"choice.{high.pk}": "2"} | reason)
    listed = {row.application: row.ceiling.allowed.total for row in page.context["rows"]}
    client.post(desk, {"confirmed": "yes", "key": page.context["key"]})
    assert dict(Application.objects.values_list("pk", "state")) == {low.pk: "rejected", high.pk: "decided"}
    assert Decision.objects.get().total == listed[high]


def test_what_a_version_would_change_takes_the_mean_of_the_year(scored):
    walk(scored.first, "decided", "public_notice")
    (other,) = Application.objects.exclude(pk=scored.first.pk)
    day = at(2026, 12, 1).date()
    changes = revised(check_scheme(relative(full_at=200)), scored.cycle.scheme, day)
    assert changes == [Revised(other.unit_id, ("10.00", 2), ("7.50", 1))]
