"""Score sheets: who may score what, when, and the effect of a panel's last sheet (practice §3)."""

from decimal import Decimal as D

import pytest

from accounts.roles import Role
from ratings.models import Points, Stage
from ratings.workflow import cycle as cycles
from ratings.workflow.transition import move
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.models import Settlement, Sheet
from reviews.workflow import panels, sheets
from tests.factories import (
    TOWNSHIP,
    VILLAGE,
    AnswerFactory,
    AppointmentFactory,
    UnitFactory,
    at,
    person,
    walk,
)
from tests.reviews.conftest import GOOD, PLAIN, entries, score, score_township


def sheet_of(place, reviewer, stage=Stage.TOWNSHIP):
    return Sheet.objects.get(application=place.application, reviewer=reviewer, stage=stage)


def test_every_seated_reviewer_has_a_sheet_as_soon_as_the_township_reviews(place):
    assert set(place.application.sheets.values_list("reviewer__username", "stage", "state")) == {
        ("township_reviewer", "township", "open"),
        ("township_reviewer_b", "township", "open"),
    }


@pytest.mark.parametrize("tie", ["filled_by", "signed_by", "answered", "home"])
def test_who_has_a_tie_gets_the_sheet_as_recused(place, tie):
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username="third")
    if tie == "answered":
        AnswerFactory(application=place.application, by=third, value=D(0))
    elif tie == "home":
        AppointmentFactory(
            user=third, role=Role.FILLER, unit=UnitFactory(code=VILLAGE), starts="2021-01-01", ends="2022-01-01"
        )
    else:
        setattr(place.application, tie, third)
        place.application.save()
    panels.convene(
        place.cycle,
        place.township,
        Stage.TOWNSHIP,
        [place.township_reviewer, place.township_reviewer_b, third],
        by=place.township_office,
    )
    sheet = sheet_of(place, third)
    assert (sheet.state, bool(sheet.reason)) == ("recused", True)
    score_township(place)
    assert place.application.panel_total == D(38)


def test_a_tie_that_comes_up_later_still_bars_the_sheet(place):
    AppointmentFactory(user=place.township_reviewer, role=Role.FILLER, unit=place.application.unit)
    sheet = sheet_of(place, place.township_reviewer)
    with pytest.raises(NotAllowed):
        sheets.save(sheet, entries(GOOD), by=place.township_reviewer)


def test_nobody_scores_the_sheet_of_another_or_without_the_role(place):
    sheet = sheet_of(place, place.township_reviewer)
    for other in (place.township_reviewer_b, place.township_leader, place.township_office, place.filler):
        with pytest.raises(NotAllowed):
            sheets.save(sheet, entries(GOOD), by=other)
    place.township_reviewer.appointments.update(ends="2026-09-27")
    with pytest.raises(NotAllowed):
        sheets.save(sheet, entries(GOOD), by=type(place.township_reviewer).objects.get(pk=place.township_reviewer.pk))


def test_nothing_is_scored_before_or_after_the_review(place):
    sheet = sheet_of(place, place.township_reviewer)
    move([place.application.pk], "return", "returned", by=place.township_office)
    with pytest.raises(WrongState):
        sheets.save(sheet, entries(GOOD), by=place.township_reviewer)


def test_a_sheet_is_handed_in_whole_and_once(place):
    sheet = sheet_of(place, place.township_reviewer)
    sheets.save(sheet, {item: e for item, e in entries(GOOD).items() if item != "1.2"}, by=place.township_reviewer)
    with pytest.raises(Incomplete) as refused:
        sheets.hand_in(sheet, by=place.township_reviewer)
    assert list(refused.value.problems) == ["1.2"]
    sheets.save(sheet, entries({"1.2": 96}), by=place.township_reviewer)
    sheets.hand_in(sheet, by=place.township_reviewer)
    with pytest.raises(WrongState):
        sheets.hand_in(sheet, by=place.township_reviewer)
    with pytest.raises(WrongState):
        sheets.save(sheet, entries({"1.2": 90}), by=place.township_reviewer)


def test_typed_points_and_changed_facts_carry_a_reason(place):
    AnswerFactory(application=place.application, item="1.1.a", value=D(1))
    sheet = sheet_of(place, place.township_reviewer)
    given = entries(GOOD, **{"1_1_a": 3})
    given["2.2"] = type(given["2.2"])(D(8), " ")
    with pytest.raises(Incomplete) as refused:
        sheets.save(sheet, given, by=place.township_reviewer)
    assert sorted(refused.value.problems) == ["1.1.a", "2.2"]
    assert sheet.entries.count() == 0


@pytest.mark.parametrize(
    ("item", "value"), [("2.2", "8.3"), ("2.2", "11"), ("2.1.a", "2"), ("1.1.a", "-1"), ("9.9", "1")]
)
def test_a_wrong_fact_is_named_and_nothing_is_kept(place, item, value):
    sheet = sheet_of(place, place.township_reviewer)
    given = entries(GOOD) | entries({item: value})
    if item in given:
        given[item] = type(given[item])(D(value), "理由")
    with pytest.raises(Incomplete) as refused:
        sheets.save(sheet, given, by=place.township_reviewer)
    assert list(refused.value.problems) == [item]
    assert sheet.entries.count() == 0


def test_the_last_sheet_brings_the_panels_points(place):
    score(place.application, "township", place.township_reviewer, GOOD)
    assert Points.objects.filter(application=place.application).count() == 0
    score(place.application, "township", place.township_reviewer_b, PLAIN)
    assert dict(place.application.points.filter(stage="township").values_list("criterion", "points")) == {
        "1.1": D(10),
        "1.2": D(9),
        "2.1": D(9),
        "2.2": D("6.5"),
        "B.1": D(0),
        "D.1": D(0),
    }
    assert place.application.points.get(stage="township", criterion="1.2").figure == D(91)
    place.application.refresh_from_db()
    assert (place.application.panel_total, place.application.panel_star) == (D("34.50"), 4)
    assert list(Settlement.objects.values_list("criterion", "spread", "note")) == [("2.2", D(3), "")]


def test_a_recused_reviewer_is_not_waited_for_but_two_must_score(place):
    sheets.recuse(sheet_of(place, place.township_reviewer), by=place.township_reviewer, reason="亲属在该村任职")
    score(place.application, "township", place.township_reviewer_b)
    place.application.refresh_from_db()
    assert place.application.panel_total is None
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username="third")
    panels.convene(
        place.cycle,
        place.township,
        Stage.TOWNSHIP,
        [place.township_reviewer, place.township_reviewer_b, third],
        by=place.township_office,
    )
    score(place.application, "township", third)
    place.application.refresh_from_db()
    assert place.application.panel_total == D(38)


def test_a_tie_is_declared_without_a_reason_and_for_good(place):
    sheet = sheet_of(place, place.township_reviewer)
    sheets.recuse(sheet, by=place.township_reviewer)
    for again in (
        lambda: sheets.save(sheet, entries(GOOD), by=place.township_reviewer),
        lambda: sheets.recuse(sheet, by=place.township_reviewer),
        lambda: sheets.abstain(sheet, by=place.township_reviewer, reason="x"),
    ):
        with pytest.raises(WrongState):
            again()
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username="third")
    everyone = [place.township_reviewer, place.township_reviewer_b, third]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, everyone, by=place.township_office)
    sheet.refresh_from_db()
    assert sheet.state == "recused"


def test_abstaining_is_no_tie_but_says_why(place):
    sheet = sheet_of(place, place.township_reviewer)
    with pytest.raises(Incomplete):
        sheets.abstain(sheet, by=place.township_reviewer, reason=" ")
    sheets.abstain(sheet, by=place.township_reviewer, reason="出差，未到现场")
    sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == ("abstained", "出差，未到现场")
    score(place.application, "township", place.township_reviewer_b)
    assert not Points.objects.filter(application=place.application, stage="township").exists()


def test_a_replaced_reviewers_points_count_no_more(place):
    score_township(place)
    assert Points.objects.filter(application=place.application, stage="township").exists()
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username="third")
    pair = [place.township_reviewer, third]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, pair, by=place.township_office, reason="调离")
    place.application.refresh_from_db()
    assert (sheet_of(place, place.township_reviewer_b).state, place.application.panel_total) == ("replaced", None)
    score(place.application, "township", third, PLAIN)
    place.application.refresh_from_db()
    assert place.application.panel_total == D("34.50")
    pair = [place.township_reviewer, place.township_reviewer_b]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, pair, by=place.township_office, reason="回岗")
    mine = sheet_of(place, place.township_reviewer_b)
    assert (mine.state, mine.entries.count(), sheet_of(place, third).state) == ("open", len(GOOD), "replaced")


def test_seats_of_a_township_no_longer_touch_what_the_county_reviews(place):
    score_township(place)
    move([place.application.pk], "recommend", "county_review", by=place.township_leader)
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username="third")
    pair = [place.township_reviewer, third]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, pair, by=place.township_office, reason="调离")
    assert sheet_of(place, place.township_reviewer_b).state == "handed_in"
    assert Points.objects.filter(application=place.application, stage="township").exists()


def test_sheets_are_scored_within_the_window_or_the_time_given_to_the_village(place):
    sheet, by = sheet_of(place, place.township_reviewer), place.township_reviewer
    place.cycle.windows.filter(step="township_review").update(closes="2026-09-27T16:00Z")
    for late in (lambda: sheets.save(sheet, entries(GOOD), by=by), lambda: sheets.hand_in(sheet, by=by)):
        with pytest.raises(WrongState):
            late()
    more = {"closes": at(2026, 10, 1), "reason": "台风", "by": place.county_office}
    with pytest.raises(NotAllowed):
        cycles.reopen(
            place.cycle, place.application.unit, step="township_review", **more | {"by": place.township_office}
        )
    cycles.reopen(place.cycle, place.application.unit, step="county_review", **more | {"closes": at(2027, 1, 2)})
    with pytest.raises(WrongState):
        sheets.save(sheet, entries(GOOD), by=by)
    cycles.reopen(place.cycle, place.application.unit, step="township_review", **more)
    sheets.save(sheet, entries(GOOD), by=by)
    place.cycle.extensions.all().delete()
    cycles.extend(place.cycle, "township_review", **more)
    sheets.hand_in(sheet, by=by)


def test_nothing_is_scored_before_the_window_opens(place):
    place.cycle.windows.filter(step="township_review").update(opens="2026-09-28T16:00Z")
    with pytest.raises(WrongState):
        sheets.save(sheet_of(place, place.township_reviewer), entries(GOOD), by=place.township_reviewer)


def test_what_was_under_public_notice_is_looked_at_anew_without_a_window(place):
    walk(place.application, "decided", "public_notice", "township_review")
    place.cycle.windows.all().update(closes="2026-09-27T16:00Z")
    sheets.save(sheet_of(place, place.township_reviewer), entries(GOOD), by=place.township_reviewer)


def test_a_corrected_application_is_scored_again_from_what_was_entered(place):
    score_township(place)
    move([place.application.pk], "return", "returned", by=place.township_office)
    move([place.application.pk], "resubmit", "township_review", by=place.filler)
    place.application.refresh_from_db()
    assert (place.application.panel_total, place.application.points.count()) == (None, 0)
    assert set(place.application.sheets.values_list("state", flat=True)) == {"open"}
    sheet = sheet_of(place, place.township_reviewer)
    assert sheet.entries.count() == len(GOOD)


def test_many_sheets_of_one_reviewer_are_handed_in_together(place):
    for reviewer in (place.township_reviewer, place.township_reviewer_b):
        sheet = sheet_of(place, reviewer)
        sheets.save_many({sheet.pk: entries(GOOD)}, by=reviewer)
        sheets.hand_in_many([sheet.pk], by=reviewer)
    place.application.refresh_from_db()
    assert place.application.panel_star == 5
