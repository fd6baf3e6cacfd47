"""Panels: who convenes one, who sits, and what it scores (practice §3)."""

import pytest

from accounts.roles import Role
from ratings.models import Points, Stage
from ratings.workflow.transition import move
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.models import Panel
from reviews.workflow import panels
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    UnitFactory,
    person,
)
from tests.reviews.conftest import score_township


@pytest.mark.parametrize("name", ["township_leader", "county_office", "township_reviewer", "filler"])
def test_only_the_office_convenes_its_panel(place, name):
    with pytest.raises(NotAllowed):
        panels.convene(
            place.cycle,
            place.township,
            Stage.TOWNSHIP,
            [place.township_reviewer, place.township_reviewer_b],
            by=getattr(place, name),
        )


def test_a_panel_has_two_reviewers_who_hold_the_role_there(place):
    stranger = person(Role.TOWNSHIP_REVIEWER, "330624109")
    for reviewers in ([place.township_reviewer], [place.township_reviewer, stranger]):
        with pytest.raises(Incomplete):
            panels.convene(place.cycle, place.township, Stage.TOWNSHIP, reviewers, by=place.township_office)
    assert Panel.objects.get(stage="township").seats.count() == 2


def test_a_closed_cycle_convenes_no_panel(place):
    closed = CycleFactory(year=2025, state="closed", closed_at="2026-01-01T00:00Z", scheme__year=2025)
    with pytest.raises(WrongState):
        panels.convene(
            closed,
            place.township,
            Stage.TOWNSHIP,
            [place.township_reviewer, place.township_reviewer_b],
            by=place.township_office,
        )


def test_who_leaves_the_panel_gives_back_the_open_sheets(place):
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username="third")
    pair = [place.township_reviewer, third]
    with pytest.raises(Incomplete):
        panels.convene(place.cycle, place.township, Stage.TOWNSHIP, pair, by=place.township_office)
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, pair, by=place.township_office, reason="外出学习")
    assert set(place.application.sheets.values_list("reviewer__username", "state")) == {
        ("township_reviewer", "open"),
        ("township_reviewer_b", "replaced"),
        ("third", "open"),
    }


def test_a_group_of_villages_has_a_panel_of_its_own(place):
    north = [person(Role.COUNTY_REVIEWER, COUNTY), person(Role.COUNTY_REVIEWER, COUNTY)]
    given = {"by": place.county_office, "group": "北片", "covers": [TOWNSHIP]}
    panels.convene(place.cycle, place.county, Stage.COUNTY, north, **given)
    move([place.application.pk], "recommend", "county_review", by=place.township_leader)
    elsewhere = ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code="330624109201"), state="county_review")
    seated = {
        application.pk: set(application.sheets.filter(stage="county").values_list("reviewer", flat=True))
        for application in (place.application, elsewhere)
    }
    assert seated == {
        place.application.pk: {one.pk for one in north},
        elsewhere.pk: {place.county_reviewer.pk, place.county_reviewer_b.pk},
    }
    with pytest.raises(Incomplete):
        panels.convene(place.cycle, place.county, Stage.COUNTY, north, **given | {"group": "南片", "covers": [VILLAGE]})
    with pytest.raises(Incomplete):
        panels.convene(place.cycle, place.county, Stage.COUNTY, north, **given | {"covers": ["330681001"]})


def test_a_panel_that_nobody_is_missing_from_any_more_has_scored(place):
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)
    pair = [place.township_reviewer, place.township_reviewer_b]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, [*pair, third], by=place.township_office)
    score_township(place)
    assert not Points.objects.filter(application=place.application, stage="township").exists()
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, pair, by=place.township_office, reason="调离")
    assert Points.objects.filter(application=place.application, stage="township").exists()


def test_a_panel_sits_in_a_cycle_of_its_own_county(place):
    elsewhere = CycleFactory(unit=UnitFactory(code="330681"), scheme__unit=UnitFactory(code="330681"))
    pair = [place.township_reviewer, place.township_reviewer_b]
    with pytest.raises(NotAllowed):
        panels.convene(elsewhere, place.township, Stage.TOWNSHIP, pair, by=place.township_office)
