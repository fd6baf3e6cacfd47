"""Decisions after the closing of a cycle, and the windows within which they are taken."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Decision, Stage
from ratings.register.rerating import active_caps
from ratings.workflow import application as applications
from ratings.workflow import cycle as cycles
from ratings.workflow.closing import close
from records.refusals import NotAllowed, WrongState
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.sheets.queue import sheets_of
from reviews.todos.review_todos import entries
from reviews.workflow import decisions, panels
from reviews.workflow.desk_rows import finished
from tests.factories import (
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    EventFactory,
    UnitFactory,
    at,
    person,
)
from tests.reviews.conftest import SOUND, score, score_county, score_township
from tests.reviews.test_decisions import CLOSING


def test_what_is_in_review_when_the_cycle_closes_stays_on_the_lists_and_is_decided(place):
    close(place.cycle, by=place.county_office, **CLOSING)
    assert sheets_of(place.township_reviewer).count() == 1
    score_township(place, SOUND)
    review_level = REVIEW_LEVELS[Stage.TOWNSHIP]
    assert list(finished(review_level, [TOWNSHIP])) == [place.application]
    assert [str(todo.url) for todo in entries(place.township_leader)] == ["/reviews/decisions/"]
    assert decisions.decide(place.application, star=3, by=place.township_leader).star == 3


@pytest.fixture
def next_township(place):
    """A township without a panel; everybody has their post."""
    unit = UnitFactory(code="330624109")
    office = person(Role.TOWNSHIP_OFFICE, unit.code, username="next_office")
    seats = [person(Role.TOWNSHIP_REVIEWER, unit.code, username=f"next_reviewer_{n}") for n in "ab"]
    return SimpleNamespace(unit=unit, office=office, leader=place.township_leader2, seats=seats)


def test_an_exception_whose_panel_was_never_convened_gets_one_after_the_closing(place, next_township):
    village = UnitFactory(code="330624109201")
    application = ApplicationFactory(cycle=place.cycle, unit=village, state="township_review", applied_star=4)
    where = (place.cycle, next_township.unit, Stage.TOWNSHIP, next_township.seats)
    close(place.cycle, by=place.county_office, **CLOSING)
    place.cycle.refresh_from_db()
    assert [str(todo.url) for todo in entries(next_township.office)] == ["/reviews/panels/"]
    for name in ("township_office", "county_office"):
        with pytest.raises(NotAllowed):
            panels.convene(*where, by=getattr(place, name))
    panels.convene(*where, by=next_township.office)
    assert entries(next_township.office) == []
    for reviewer in next_township.seats:
        score(application, Stage.TOWNSHIP, reviewer, SOUND)
    assert decisions.decide(application, star=3, by=next_township.leader).star == 3
    with pytest.raises(WrongState):  # nothing is left to be reviewed
        panels.convene(*where, by=next_township.office)


def test_no_panel_is_convened_after_a_closing_where_nobody_waits(place, next_township):
    close(place.cycle, by=place.county_office, **CLOSING)
    place.cycle.refresh_from_db()
    with pytest.raises(WrongState):
        panels.convene(place.cycle, next_township.unit, Stage.TOWNSHIP, next_township.seats, by=next_township.office)


def test_the_panels_page_shows_a_closed_cycle_as_long_as_an_exception_waits(place, client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    shown = reverse("review_panels")
    close(place.cycle, by=place.county_office, **CLOSING)
    client.force_login(place.township_office)
    assert [one.cycle for one in client.get(shown).context["places"]] == [place.cycle, place.cycle]
    score_township(place, SOUND)
    decisions.decide(place.application, star=3, by=place.township_leader)
    assert client.get(shown).context["places"] == []


def test_who_is_rejected_after_the_closing_gets_its_decision_of_no_star(place):
    close(place.cycle, by=place.county_office, **CLOSING)
    assert Decision.objects.filter(unit=VILLAGE).count() == 0
    decisions.reject(place.application, by=place.township_leader, reason="材料不实")
    closing = Decision.objects.get(unit=VILLAGE)
    assert (closing.star, closing.origin, closing.state, closing.application) == (
        0,
        "closing",
        "confirmed",
        place.application,
    )
    assert "材料不实" in closing.reason


def test_who_withdraws_after_the_closing_gets_its_decision_of_no_star(place):
    close(place.cycle, by=place.county_office, **CLOSING)
    applications.withdraw(place.application, by=place.signer, reason="不报了")
    assert list(Decision.objects.filter(unit=VILLAGE).values_list("star", "origin")) == [(0, "closing")]


def test_a_cap_binds_a_unit_that_has_never_held_a_star(place):
    EventFactory(unit=place.application.unit, kind="case_opened", on="2026-03-01")
    assert active_caps([VILLAGE], date(2026, 9, 28)) == {VILLAGE: 3}


def over(place, step):
    place.cycle.windows.filter(step=step).update(closes="2026-09-27T16:00Z")


def test_a_township_decides_within_its_window_or_the_time_given_to_the_village(place):
    score_township(place, SOUND)
    over(place, "township_review")
    for late in (
        lambda: decisions.decide(place.application, star=3, by=place.township_leader),
        lambda: decisions.reject(place.application, by=place.township_leader, reason="材料不实"),
    ):
        with pytest.raises(WrongState):
            late()
    more = {"closes": at(2026, 10, 1), "reason": "台风", "by": place.county_office}
    cycles.more_time(place.cycle, "township_review", place.application.unit, **more)
    assert decisions.decide(place.application, star=3, by=place.township_leader).star == 3


def test_recommending_is_bound_by_the_townships_window_deciding_by_the_countys(place):
    score_township(place)
    over(place, "township_review")
    with pytest.raises(WrongState):
        decisions.recommend(place.application, star=3, by=place.township_leader)
    more = {"closes": at(2026, 10, 1), "reason": "台风", "by": place.county_office}
    cycles.more_time(place.cycle, "township_review", None, **more)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    score_county(place)
    over(place, "county_review")
    for late in (
        lambda: decisions.decide(place.application, star=4, by=place.county_office),
        lambda: decisions.send_back(place.application, by=place.county_office, reason="请核实"),
    ):
        with pytest.raises(WrongState):
            late()
    cycles.more_time(place.cycle, "county_review", None, **more)
    assert decisions.decide(place.application, star=4, by=place.county_office).star == 4


def test_an_exception_of_a_closed_cycle_is_decided_after_every_window(place):
    score_township(place, SOUND)
    close(place.cycle, by=place.county_office, **CLOSING)
    place.cycle.windows.all().update(closes="2026-09-27T16:00Z")
    assert decisions.decide(place.application, star=3, by=place.township_leader).star == 3
