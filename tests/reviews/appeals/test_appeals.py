"""Appeals: the village once, to the level above, heard by people who had no part in it (practice §3).

Released on Monday 28 September 2026: public notice until 10 October, in force on the 12th. Fifteen working days end on
Friday 23 October (the 10th is worked, 1–7 are holidays).
"""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Decision, StarPeriod, Transition
from ratings.register.rerating import rerate
from records.refusals import Incomplete, NotAllowed, WrongState
from reminders.models import DailyReminder, ReminderLine
from reminders.workflow import send_daily
from reviews.appeals.appeal_rules import appealable, appeals_for, candidates, last_day
from reviews.models import Appeal, Objection
from reviews.results.public_notices import decisions_of
from reviews.workflow import appeals, batches, confirmation, decisions, objections, sheets
from reviews.workflow.appeals import CorrectedPoints
from tests.clock import freeze_time
from tests.concurrency import at_once, stated
from tests.factories import AppointmentFactory, UnitFactory, person
from tests.reviews.appeals.conftest import IN_FORCE, appeal_of, heard, told, uphold
from tests.reviews.conftest import SOUND, clear, prepare, score_county, score_township
from tests.reviews.test_result import told as shown_result
from villages.workflow import OrderPaper, SplitPart, merge

# These begin before the release, which the other tests of this file share.


def test_there_is_nothing_to_appeal_before_the_release(place):
    score_township(place, SOUND)
    place.decision = decisions.decide(place.application, star=3, by=place.township_leader)
    prepare(place)
    with pytest.raises(WrongState):
        appeal_of(place)


def test_a_countys_decision_goes_to_the_city(place):
    UnitFactory(code="3306")
    office = person(Role.CITY_OFFICE, "3306", username="city_office")
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    score_county(place)
    clear(place)
    place.decision = decisions.decide(place.application, star=3, by=place.county_office, reason="township")
    batch = batches.prepare(
        place.cycle, place.county, "county", met_on=date(2026, 9, 27), document="新评1号", by=place.county_office
    )
    batches.release(batch, by=place.county_office)
    place.appeal = appeal_of(place)
    assert told("appeal_made") == ["city_office"]
    assert candidates(place.appeal) == [office]
    for name in ("county_office", "county_reviewer"):
        with pytest.raises(NotAllowed):
            appeals.convene(place.appeal, [office], by=getattr(place, name))
        assert list(appeals_for(getattr(place, name))) == []
    appeals.convene(place.appeal, [office], by=office)
    with freeze_time(IN_FORCE):
        assert uphold(place, star=4, by=office).star == 4


# After the release


def reminded(*days):
    """On which of the days whom the clock reminded of a right to appeal."""
    found = []
    for day in days:
        with freeze_time(f"{day}T01:00:00Z"):
            send_daily()
            lines = ReminderLine.objects.filter(step="appeal", sent_at__date=day)
            found += [(day, name) for name in lines.values_list("user__username", flat=True)]
    return found


def test_the_signer_is_reminded_once_three_working_days_before_the_right_ends(released):
    days = ["2026-10-16", "2026-10-19", "2026-10-20", "2026-10-21", "2026-10-23", "2026-10-26"]
    assert reminded(*days) == [("2026-10-20", "signer")]
    assert told("may_appeal") == ["signer"]
    with translation.override("zh-hans"):
        text = Notice.objects.get(kind="may_appeal").text
    assert text == "您有1项结果还可以申诉，不服的请在2026年10月23日24时前提出"


def test_a_morning_that_was_missed_is_made_up_for(released):
    DailyReminder.objects.create(user=released.filler, day=date(2026, 10, 19), own=1, office=0, below=0)
    assert reminded("2026-10-22") == [("2026-10-22", "signer")]


def test_who_has_appealed_is_not_reminded_of_it(released):
    appeal_of(released)
    assert reminded("2026-10-19", "2026-10-20", "2026-10-21") == []


def test_the_signer_appeals_once_with_reasons(released):
    with pytest.raises(Incomplete):
        appeal_of(released, reasons=" ")
    appeal = appeal_of(released)
    assert (appeal.state, appeal.decision, appeal.unit_id) == ("open", released.decision, released.application.unit_id)
    assert told("appeal_made") == ["county_office"]
    assert told("appeal_against") == ["township_leader", "township_office"]
    with pytest.raises(WrongState):
        appeal_of(released)


@pytest.mark.parametrize("name", ["filler", "township_office", "township_leader", "county_office", "township_reviewer"])
def test_nobody_else_appeals(released, name):
    with pytest.raises(NotAllowed):
        appeal_of(released, by=getattr(released, name))


def test_an_appeal_is_possible_until_midnight_of_the_last_day(released):
    assert last_day(released.decision) == date(2026, 10, 23)
    with freeze_time("2026-10-23T15:59:59Z"):
        assert [found.pk for found in appealable([released.application.unit_id])] == [released.decision.pk]
    with freeze_time("2026-10-23T16:00:00Z"):
        assert appealable([released.application.unit_id]) == []
        with pytest.raises(WrongState):
            appeal_of(released)
    with freeze_time("2026-10-23T15:59:59Z"):
        assert appeal_of(released).state == "open"


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_appeal(released):
    clicks = at_once(*[lambda: appeal_of(released).state] * 2)
    assert stated(clicks) == [WrongState, "open"]
    assert Appeal.objects.count() == 1


def test_the_county_convenes_people_who_had_no_part_in_it(released):
    stays_out = AppointmentFactory(
        role=Role.COUNTY_REVIEWER, unit=released.county, user=released.township_reviewer
    ).user
    appeal = appeal_of(released)
    assert [user.username for user in candidates(appeal)] == sorted(
        ["county_office", "county_reviewer", "county_reviewer_b"], key=lambda name: getattr(released, name).name
    )
    with pytest.raises(Incomplete):
        appeals.convene(appeal, [stays_out], by=released.county_office)
    with pytest.raises(Incomplete):
        appeals.convene(appeal, [released.discipline], by=released.county_office)
    with pytest.raises(Incomplete):
        appeals.convene(appeal, [], by=released.county_office)
    for name in ("county_reviewer", "township_office", "signer"):
        with pytest.raises(NotAllowed):
            appeals.convene(appeal, [released.county_reviewer], by=getattr(released, name))
    appeals.convene(appeal, [released.county_reviewer], by=released.county_office)
    appeals.convene(appeal, [released.county_reviewer_b], by=released.county_office)
    assert [seat.user.username for seat in appeal.hearers.all()] == ["county_reviewer_b"]
    assert told("appeal_hearer") == ["county_reviewer", "county_reviewer_b"]


def test_only_who_was_convened_answers(released):
    appeal = heard(released)
    for name in ("county_reviewer_b", "township_leader", "signer", "discipline"):
        with pytest.raises(NotAllowed):
            appeals.dismiss(appeal, by=getattr(released, name), answer="维持原结果。")


def test_who_decided_in_the_meantime_hears_no_more(released):
    appeal = heard(released)
    Transition.objects.create(
        application=released.application,
        verb="decide_township",
        from_state="township_review",
        to_state="decided",
        by=released.county_reviewer,
        at=appeal.made_at,
    )
    with pytest.raises(NotAllowed):
        appeals.dismiss(appeal, by=released.county_reviewer, answer="维持原结果。")


def test_a_dismissal_needs_reasons_and_is_final(released):
    appeal = heard(released)
    with pytest.raises(Incomplete):
        appeals.dismiss(appeal, by=released.county_reviewer, answer=" ")
    appeals.dismiss(appeal, by=released.county_reviewer, answer="维持原结果。")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer, appeal.answered_by) == ("dismissed", "维持原结果。", released.county_reviewer)
    assert told("appeal_dismissed") == ["county_office", "filler", "signer", "township_leader", "township_office"]
    with pytest.raises(WrongState):
        appeals.dismiss(appeal, by=released.county_reviewer, answer="维持原结果。")
    with pytest.raises(WrongState):
        appeal_of(released)
    with freeze_time(IN_FORCE):
        assert confirmation.confirm_due() == 1


def test_a_decision_not_yet_confirmed_waits_while_its_appeal_is_open(released):
    appeal = heard(released)
    with freeze_time("2026-10-16T02:00:00Z"):  # a Friday
        assert confirmation.confirm_due() == 0
        appeals.dismiss(appeal, by=released.county_reviewer, answer="维持原结果。")
        assert confirmation.confirm_due() == 0
    with freeze_time("2026-10-19T00:00:00Z"):
        assert confirmation.confirm_due() == 1
    assert Decision.objects.get(pk=released.decision.pk).on == date(2026, 10, 19)


def test_nothing_is_upheld_while_the_public_still_has_its_days_or_an_objection_waits(released):
    heard(released)
    with pytest.raises(WrongState):
        uphold(released)
    with freeze_time("2026-10-10T02:00:00Z"):
        objection = objections.make_objection(released.decision, text="账目没有公开。")
    with freeze_time(IN_FORCE):
        with pytest.raises(WrongState):
            uphold(released)
        objections.dismiss(objection, by=released.township_office, answer="已公开")
        assert uphold(released).star == 3


@freeze_time(IN_FORCE)
def test_an_appeal_upheld_takes_the_place_of_what_waited_and_keeps_the_cut_off(released):
    with freeze_time("2026-09-29T02:00:00Z"):
        heard(released)
    new = uphold(released)
    released.decision.refresh_from_db()
    released.application.refresh_from_db()
    assert (released.decision.state, released.application.state) == ("overturned", "confirmed")
    assert (new.star, new.state, new.origin, new.on, new.cut_off, new.replaces, new.document) == (
        3,
        "confirmed",
        "appeal",
        date(2026, 10, 12),
        date(2026, 12, 31),
        released.decision,
        "新评复〔2026〕1号",
    )
    chapters = shown_result(released.signer, released.application)["评审组评审"]
    assert [step[1] for step in chapters] == ["2名评审员各评各的，每项取平均。"]
    assert list(decisions_of(released.batch)) == [new]
    assert list(StarPeriod.objects.known().filter(unit=new.unit_id).values_list("star", flat=True)) == [3]
    rerate([new.unit_id])
    assert list(StarPeriod.objects.known().filter(unit=new.unit_id).values_list("star", flat=True)) == [3]
    assert told("appeal_upheld") == ["county_office", "filler", "signer", "township_leader", "township_office"]
    assert confirmation.confirm_due() == 0
    released.batch.refresh_from_db()
    assert released.batch.state == "confirmed"
    with pytest.raises(WrongState):
        uphold(released)


def test_a_confirmed_decision_stays_in_force_until_the_appeal_is_upheld(released):
    with freeze_time(IN_FORCE):
        confirmation.confirm_due()
    with freeze_time("2026-10-20T02:00:00Z"):
        heard(released)
        assert Decision.objects.get(pk=released.decision.pk).state == "confirmed"
    with freeze_time("2026-10-27T02:00:00Z"):
        new = uphold(released)
        released.decision.refresh_from_db()
        assert (released.decision.state, released.decision.cut_off) == ("confirmed", new.cut_off)
        held = StarPeriod.objects.known().filter(unit=new.unit_id).order_by("during")
        assert [(period.star, period.during.lower) for period in held] == [
            (2, date(2026, 10, 12)),
            (3, date(2026, 10, 27)),
        ]
        assert list(decisions_of(released.batch)) == [new]
        released.decision = new
        with pytest.raises(WrongState):
            appeal_of(released)


@freeze_time(IN_FORCE)
def test_the_star_lies_above_the_one_appealed_and_below_what_the_points_allow(released):
    with freeze_time("2026-09-29T02:00:00Z"):
        heard(released)
    for wrong in ({"star": 2}, {"star": 4}, {"document": " "}, {"answer": ""}):
        with pytest.raises(Incomplete):
            uphold(released, **wrong)
    assert Appeal.objects.get().state == "open"
    assert not released.application.points.filter(stage="appeal").exists()


@freeze_time(IN_FORCE)
def test_the_hearing_corrects_points_with_a_reason_and_the_same_query_says_what_they_allow(released):
    with freeze_time("2026-09-29T02:00:00Z"):
        heard(released)
    full = [CorrectedPoints(c, Decimal(most), "台账齐全") for c, most in (("1.2", "10"), ("2.1", "10"), ("2.2", "10"))]
    for wrong in (
        CorrectedPoints("2.2", Decimal("10.01"), "台账齐全"),
        CorrectedPoints("2.2", Decimal("9.999"), "台账齐全"),
        CorrectedPoints("2.2", Decimal("9"), " "),
        CorrectedPoints("9.9", Decimal("1"), "台账齐全"),
    ):
        with pytest.raises(Incomplete):
            uphold(released, corrections=[wrong])
    before = dict(released.application.points.filter(stage="township").values_list("criterion", "points"))
    new = uphold(released, star=4, corrections=full)
    after = dict(released.application.points.filter(stage="appeal").values_list("criterion", "points"))
    assert after == before | {one.criterion: one.points for one in full}
    assert (new.star, new.total) == (4, released.decision.total - sum(before.values()) + sum(after.values()))
    assert [(one.criterion, one.reason) for one in released.appeal.corrections.all()] == [
        (one.criterion, "台账齐全") for one in full
    ]


def test_an_appeal_lapses_with_its_decision_and_the_next_one_may_be_appealed(released):
    appeal = heard(released)
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    objections.uphold(objection, by=released.township_office, answer="情况属实")
    appeal.refresh_from_db()
    assert (appeal.state, Objection.objects.get().state) == ("lapsed", "upheld")
    assert told("appeal_lapsed") == ["filler", "signer"]
    with pytest.raises(WrongState):
        appeals.dismiss(appeal, by=released.county_reviewer, answer="维持原结果。")
    for sheet in released.application.sheets.filter(state="open"):
        sheets.hand_in(sheet, by=sheet.reviewer)
    released.application.refresh_from_db()
    released.decision = decisions.decide(released.application, star=2, by=released.township_leader, reason="还要看")
    batches.release(prepare(released, document="沙评〔2026〕2号"), by=released.township_office)
    assert appeal_of(released).state == "open"


@pytest.mark.parametrize("into", ["330624108204", "330624108205"])
def test_a_merger_ends_the_appeal_of_a_unit_that_is_no_more(released, into):
    appeal = heard(released)
    UnitFactory(code="330624108205")
    paper = OrderPaper("新政〔2026〕8号", date(2026, 9, 28), "并村")
    merge(["330624108204", "330624108205"], SplitPart(into), paper, by=released.county_office)
    appeal.refresh_from_db()
    goes_on = into == released.decision.unit_id
    assert appeal.state == ("open" if goes_on else "lapsed")
    assert appealable([into]) == []
    with freeze_time(IN_FORCE):
        if goes_on:
            assert uphold(released).star == 3
