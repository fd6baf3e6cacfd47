"""Appeals that are not about a released decision: against not being rated, and against the effects of an event.

Fifteen working days after Monday 28 September 2026 end on Friday 23 October (1–7 are holidays, the 10th is worked).
"""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from accounts.roles import Role
from ratings.events.happening import Happening
from ratings.models import Decision, Proposal, Reversal, StarPeriod
from ratings.register.rerating import rerate
from ratings.workflow import event as events
from ratings.workflow.closing import close, exceptions
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.appeals.appeal_rules import appeals_for, candidates
from reviews.appeals.appealable import of_closing, of_event, of_rejection, subjects
from reviews.workflow import appeals, decisions
from tests.clock import freeze_time
from tests.factories import NEIGHBOUR, VILLAGE, AppealFactory, DecisionFactory, UnitFactory, person
from tests.reviews.appeals.conftest import told
from tests.reviews.conftest import score_township

CLOSING = {"document": "评星办〔2026〕9号", "reason": "县里统一安排"}

WORDS = {"document": "复〔2026〕1号", "answer": "理由成立。"}


def against(subject, by, reasons="情况不实。"):
    return appeals.appeal_subject(subject, reasons=reasons, by=by)


def of_the_event(fallen):
    return of_event(fallen.event, fallen.application.unit)


def stars(unit=VILLAGE):
    known = StarPeriod.objects.known().filter(unit=unit).order_by("during")
    return [(period.during.lower.isoformat(), period.star) for period in known]


# Not being rated.


def test_a_rejection_is_appealed_once_by_the_signer_and_heard_by_the_county(rejected):
    subject = of_rejection(rejected.application)
    with pytest.raises(Incomplete):
        against(subject, rejected.signer, reasons=" ")
    appeal = against(subject, rejected.signer)
    assert (appeal.application, appeal.decision, appeal.event) == (rejected.application, None, None)
    assert told("appeal_made") == ["county_office"]
    assert told("appeal_against") == ["township_leader", "township_office"]
    assert list(appeals_for(rejected.county_office)) == [appeal]
    with pytest.raises(WrongState):
        against(subject, rejected.signer)


@pytest.mark.parametrize("name", ["filler", "township_office", "township_leader", "county_office"])
def test_nobody_else_appeals_a_rejection(rejected, name):
    with pytest.raises(NotAllowed):
        against(of_rejection(rejected.application), getattr(rejected, name))


def test_a_rejection_is_appealed_until_midnight_of_the_last_day(rejected):
    subject = of_rejection(rejected.application)
    assert subject.last_day == date(2026, 10, 23)
    with freeze_time("2026-10-23T16:00:00Z"):
        assert subjects([VILLAGE]) == []
        with pytest.raises(WrongState):
            against(subject, rejected.signer)
    with freeze_time("2026-10-23T15:59:59Z"):
        assert subjects([VILLAGE]) == [subject]
        assert against(subject, rejected.signer).state == "open"


def test_whoever_scored_or_rejected_does_not_hear_it(rejected):
    appeal = against(of_rejection(rejected.application), rejected.signer)
    rejected.cycle.refresh_from_db()
    assert [user.username for user in candidates(appeal)] == sorted(
        ["county_office", "county_reviewer", "county_reviewer_b"]
    )
    with pytest.raises(Incomplete):
        appeals.convene(appeal, [rejected.township_leader], by=rejected.county_office)


def test_upheld_the_application_is_reviewed_after_all(rejected):
    appeal = against(of_rejection(rejected.application), rejected.signer)
    appeals.convene(appeal, [rejected.county_reviewer], by=rejected.county_office)
    with pytest.raises(NotAllowed):
        appeals.reverse(appeal, **WORDS, by=rejected.county_office)
    for missing in ({"document": " "}, {"answer": " "}):
        with pytest.raises(Incomplete):
            appeals.reverse(appeal, **WORDS | missing, by=rejected.county_reviewer)
    with pytest.raises(WrongState):
        appeals.uphold(appeal, star=3, **WORDS, by=rejected.county_reviewer)
    appeals.reverse(appeal, **WORDS, by=rejected.county_reviewer)
    appeal.refresh_from_db()
    rejected.application.refresh_from_db()
    assert (appeal.state, appeal.answer, rejected.application.state) == ("upheld", "理由成立。", "township_review")
    assert rejected.application.sheets.filter(state="open").count() == 2
    assert told("appeal_reversed") == ["county_office", "filler", "signer", "township_leader", "township_office"]
    with pytest.raises(WrongState):
        appeals.reverse(appeal, **WORDS, by=rejected.county_reviewer)
    decisions.reject(rejected.application, by=rejected.township_leader, reason="仍不实")
    rejected.application.refresh_from_db()
    assert subjects([VILLAGE]) == []


def test_what_is_reviewed_after_all_is_bound_by_no_window(rejected):
    appeal = against(of_rejection(rejected.application), rejected.signer)
    appeals.convene(appeal, [rejected.county_reviewer], by=rejected.county_office)
    rejected.cycle.windows.all().update(closes="2026-09-27T16:00Z")
    appeals.reverse(appeal, **WORDS, by=rejected.county_reviewer)
    rejected.application.refresh_from_db()
    score_township(rejected)
    decisions.decide(rejected.application, star=3, by=rejected.township_leader, reason="还要看一年")
    rejected.application.refresh_from_db()
    assert rejected.application.state == "decided"


def test_a_dismissed_rejection_stands(rejected):
    appeal = against(of_rejection(rejected.application), rejected.signer)
    appeals.convene(appeal, [rejected.county_reviewer], by=rejected.county_office)
    appeals.dismiss(appeal, by=rejected.county_reviewer, answer="资料确实不实。")
    rejected.application.refresh_from_db()
    assert (rejected.application.state, told("appeal_dismissed")[-1]) == ("rejected", "township_office")


def test_a_star_that_the_closing_took_is_held_again_until_it_is_decided(rejected):
    with freeze_time("2026-10-26T02:00:00Z"):
        close(rejected.cycle, by=rejected.county_office, **CLOSING)
        closing = Decision.objects.get(origin="closing", unit=VILLAGE)
        subject = of_closing(closing)
        assert (subject, subject.last_day) == (of_rejection(rejected.application), date(2026, 11, 16))
        appeal = against(subject, rejected.signer)
        appeals.convene(appeal, [rejected.county_reviewer], by=rejected.county_office)
    with freeze_time("2026-11-02T02:00:00Z"):
        appeals.reverse(appeal, **WORDS, by=rejected.county_reviewer)
        assert stars() == [("2026-01-20", 3), ("2026-10-26", 0), ("2026-11-02", 3)]
        new = Decision.objects.get(origin="appeal")
        assert (new.replaces, new.star, new.cut_off, new.document) == (closing, 3, closing.cut_off, "复〔2026〕1号")
        assert [found.unit_id for found in exceptions(rejected.cycle)] == [VILLAGE]
    with freeze_time("2026-11-09T02:00:00Z"):
        rejected.application.refresh_from_db()
        decisions.reject(rejected.application, by=rejected.township_leader, reason="复评仍不符合")
        assert stars()[-1] == ("2026-11-09", 0)
        assert subjects([VILLAGE]) == []


def test_who_held_no_star_at_the_closing_is_reviewed_and_given_none(city):
    score_township(city)
    decisions.reject(city.application, by=city.township_leader, reason="资料不实")
    city.application.refresh_from_db()
    with freeze_time("2026-10-26T02:00:00Z"):
        close(city.cycle, by=city.county_office, **CLOSING)
        appeal = against(of_rejection(city.application), city.signer)
        appeals.convene(appeal, [city.county_reviewer], by=city.county_office)
        appeals.reverse(appeal, **WORDS, by=city.county_reviewer)
    city.application.refresh_from_db()
    assert (city.application.state, Decision.objects.filter(origin="appeal").count()) == ("township_review", 0)


def test_who_did_not_apply_appeals_the_closing_to_the_city(city):
    neighbour = UnitFactory(code=NEIGHBOUR)
    signer = person(Role.SIGNER, NEIGHBOUR, username="next_signer")
    DecisionFactory(unit=neighbour, star=2)
    rerate([NEIGHBOUR])
    with freeze_time("2026-10-26T02:00:00Z"):
        close(city.cycle, by=city.county_office, **CLOSING)
        closing = Decision.objects.get(origin="closing", unit=NEIGHBOUR)
        with pytest.raises(NotAllowed):
            against(of_closing(closing), city.signer)
        appeal = against(of_closing(closing), signer)
        assert (told("appeal_made"), told("appeal_against")) == (["city_office"], ["county_office"])
        with pytest.raises(NotAllowed):
            appeals.convene(appeal, [city.county_office], by=city.county_office)
        appeals.convene(appeal, [city.city_office], by=city.city_office)
        assert list(appeals_for(city.county_office)) == []
        appeals.reverse(appeal, **WORDS, by=city.city_office)
    assert stars(NEIGHBOUR) == [("2026-01-20", 2), ("2026-10-26", 2)]
    assert subjects([NEIGHBOUR]) == []


def test_a_closing_that_took_nothing_leaves_nothing_to_appeal(city):
    UnitFactory(code=NEIGHBOUR)
    signer = person(Role.SIGNER, NEIGHBOUR, username="next_signer")
    close(city.cycle, by=city.county_office, **CLOSING)
    closing = Decision.objects.get(origin="closing", unit=NEIGHBOUR)
    assert subjects([NEIGHBOUR]) == []
    with pytest.raises(WrongState):
        against(of_closing(closing), signer)


# The effects of an event.


def test_the_effect_of_an_event_is_appealed_once_to_the_city(fallen):
    with pytest.raises(NotAllowed):
        against(of_the_event(fallen), fallen.filler)
    appeal = against(of_the_event(fallen), fallen.signer)
    assert (appeal.event, appeal.application, appeal.decision) == (fallen.event, None, None)
    assert (told("appeal_made"), told("appeal_against")) == (["city_office"], ["discipline"])
    assert list(appeals_for(fallen.city_office)) == [appeal]
    assert list(appeals_for(fallen.county_office)) == list(appeals_for(fallen.discipline)) == []
    with pytest.raises(WrongState):
        against(of_the_event(fallen), fallen.signer)


def test_upheld_nothing_follows_from_the_event_any_more_and_the_past_stays(fallen):
    appeal = against(of_the_event(fallen), fallen.signer)
    appeals.convene(appeal, [fallen.city_office], by=fallen.city_office)
    with freeze_time("2026-10-12T02:00:00Z"):
        with pytest.raises(WrongState):
            appeals.uphold(appeal, star=4, **WORDS, by=fallen.city_office)
        appeals.reverse(appeal, **WORDS, by=fallen.city_office)
        assert stars() == [("2026-01-20", 4), ("2026-09-20", 3), ("2026-10-12", 4)]
        rerate([VILLAGE])
        assert stars() == [("2026-01-20", 4), ("2026-09-20", 3), ("2026-10-12", 4)]
        assert told("star_restored") == ["filler", "signer", "township_leader", "township_office"]
        fallen.event.refresh_from_db()
        assert (fallen.event.closed, Reversal.objects.get().on) == (None, date(2026, 10, 12))
        assert subjects([VILLAGE]) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        Reversal.objects.all().delete()


def test_a_revoked_star_comes_back_too_and_what_is_only_proposed_falls(city):
    DecisionFactory(unit=city.application.unit, star=4)
    rerate([VILLAGE])
    event = events.record(Happening(city.application.unit, "case_opened", date(2026, 9, 20)), by=city.discipline)
    appeal = against(of_event(event, city.application.unit), city.signer)
    appeals.convene(appeal, [city.city_office], by=city.city_office)
    appeals.reverse(appeal, **WORDS, by=city.city_office)
    assert stars()[-1] == ("2026-09-28", 4)
    with pytest.raises(WrongState):
        events.settle(Proposal.objects.get(), confirm=True, by=city.county_office)


def test_whoever_recorded_the_event_or_settled_what_follows_does_not_hear(fallen):
    appeal = against(of_the_event(fallen), fallen.signer)
    both = person(Role.CITY_DISCIPLINE, "3306", username="both")
    with pytest.raises(Incomplete):
        appeals.convene(appeal, [both], by=fallen.city_office)
    other = events.record(Happening(fallen.application.unit, "case_opened", date(2026, 9, 21)), by=both)
    second = against(of_event(other, fallen.application.unit), fallen.signer)
    person_of_both = person(Role.CITY_OFFICE, "3306", username="second_office")
    Proposal.objects.filter(event=other).update(
        state="declined", settled_by=person_of_both, settled_at=second.made_at, reason="不降"
    )
    assert [user.username for user in candidates(second)] == ["city_office"]


def test_an_event_is_appealed_within_the_window_and_while_it_acts(fallen):
    subject = of_the_event(fallen)
    assert subject.last_day == date(2026, 10, 23)
    with freeze_time("2026-10-23T16:00:00Z"), pytest.raises(WrongState):
        against(subject, fallen.signer)
    with freeze_time("2026-10-09T02:00:00Z"):
        events.close(fallen.event, on=date(2026, 10, 8), by=fallen.discipline, reason="已整改")
        with pytest.raises(WrongState):
            against(subject, fallen.signer)
        assert subjects([VILLAGE]) == []


def test_a_held_event_is_appealed_from_its_release_on(city):
    DecisionFactory(unit=city.application.unit, star=4)
    rerate([VILLAGE])
    unit = city.application.unit
    event = events.record(Happening(unit, "spot_check_failed", date(2026, 9, 20), held=True), by=city.discipline)
    with pytest.raises(WrongState):
        against(of_event(event, unit), city.signer)
    with freeze_time("2026-11-02T02:00:00Z"):
        event = events.release(event, by=city.discipline)
        assert of_event(event, unit).last_day == date(2026, 11, 23)
        assert against(of_event(event, unit), city.signer).state == "open"


def test_an_appeal_is_against_one_thing(fallen):
    for wrong in ({"event": fallen.event}, {"decision": None, "application": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            AppealFactory(**{"unit": fallen.application.unit} | wrong)


# Pages, to-do lists, API.
