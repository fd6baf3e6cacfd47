"""Notes that settle a spread: who signs one, and that it stays (practice §3)."""

import pytest
from django.db import DatabaseError, transaction

from ratings.workflow.transition import move
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.models import Settlement
from reviews.workflow import settlements, sheets
from tests.reviews.conftest import GOOD, PLAIN, score
from tests.reviews.test_sheets import sheet_of


def test_a_spread_is_settled_by_the_panel_or_its_office(place):
    score(place.application, "township", place.township_reviewer, GOOD)
    score(place.application, "township", place.township_reviewer_b, PLAIN)
    settlement = Settlement.objects.get()
    for other in (place.county_reviewer, place.township_leader, place.filler):
        with pytest.raises(NotAllowed):
            settlements.settle(settlement, by=other, note="复看后同意按平均计。")
    with pytest.raises(Incomplete):
        settlements.settle(settlement, by=place.township_reviewer, note="")
    settlements.settle(settlement, by=place.township_reviewer, note="复看后同意按平均计。")
    settlement.refresh_from_db()
    assert (settlement.note, settlement.by) == ("复看后同意按平均计。", place.township_reviewer)


def unsettled(place):
    score(place.application, "township", place.township_reviewer, GOOD)
    score(place.application, "township", place.township_reviewer_b, PLAIN)
    return Settlement.objects.get(superseded_at=None)


def test_a_signed_note_stays_and_is_only_added_to(place):
    settlement, by = unsettled(place), place.township_reviewer
    with pytest.raises(WrongState):
        settlements.add(settlement, by=by, note="补充", reason="漏记")
    settlements.settle(settlement, by=by, note="按平均计。")
    with pytest.raises(WrongState):
        settlements.settle(settlement, by=place.township_reviewer_b, note="改为高分。")
    with pytest.raises(Incomplete):
        settlements.add(settlement, by=by, note="补充", reason=" ")
    settlements.add(settlement, by=by, note="两人又到现场看过。", reason="漏记现场核查")
    settlement.refresh_from_db()
    added = settlement.addenda.get()
    assert (settlement.note, added.note, added.reason) == ("按平均计。", "两人又到现场看过。", "漏记现场核查")


@pytest.mark.parametrize("change", [{"note": "改过"}, {"note": "", "by": None, "at": None}, {"spread": 1}])
def test_not_even_sql_changes_a_signed_note(place, change):
    settlement = unsettled(place)
    settlements.settle(settlement, by=place.township_reviewer, note="按平均计。")
    with pytest.raises(DatabaseError), transaction.atomic():
        Settlement.objects.filter(pk=settlement.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Settlement.objects.filter(pk=settlement.pk).delete()


def test_a_new_scoring_keeps_the_signed_notes_of_the_last(place):
    settlement = unsettled(place)
    settlements.settle(settlement, by=place.township_reviewer, note="按平均计。")
    move([place.application.pk], "return", "returned", by=place.township_office)
    move([place.application.pk], "resubmit", "township_review", by=place.filler)
    settlement.refresh_from_db()
    assert settlement.superseded_at
    with pytest.raises(WrongState):
        settlements.add(settlement, by=place.township_office, note="补充", reason="漏记")
    for reviewer in (place.township_reviewer, place.township_reviewer_b):
        sheets.hand_in(sheet_of(place, reviewer), by=reviewer)
    assert Settlement.objects.filter(superseded_at=None).get().note == ""


def test_an_office_that_filled_in_does_not_sign_the_note(place):
    settlement = unsettled(place)
    place.application.filled_by = place.township_office
    place.application.save()
    with pytest.raises(NotAllowed):
        settlements.settle(settlement, by=place.township_office, note="按平均计。")
