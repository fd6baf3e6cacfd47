"""Warnings with a life: opened with an office and a day, closed when the cause is gone, kept beyond their year."""

from datetime import date
from fractions import Fraction

import pytest
from celery.signals import task_retry
from django.db import connections

from accounts.roles import Role
from followups.models import FollowUp
from followups.workflow import accept, cancel, escalate, report_done
from notifications.models import Notice
from ratings.below.villages import VillagesBelow
from ratings.models import Answer, Application, Cycle, Return, Reversal
from ratings.workflow.decision import release
from ratings.workflow.event import close
from ratings.workflow.transition import move
from records.locks import Lock
from records.refusals import Incomplete, NotAllowed, Outdated
from reminders.due import due_in, people_whose_turn
from reminders.visible import visible
from reports.assessments import sources
from reports.assessments.spec import AssessmentSpec
from reports.kept_warnings import refresh
from reports.models import WarningThreshold
from reports.tasks import TRIED_AGAIN_AFTER, refresh_place
from reports.warnings import findings
from reports.workflow import set_thresholds
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    AppointmentFactory,
    BatchFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    ObjectionFactory,
    SchemeFactory,
    SheetFactory,
    UnitFactory,
    UserFactory,
    WindowFactory,
    at,
    judged_by_both,
    person,
)
from villages.models import Unit

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)
ONE, TWO, THREE, FOUR, FIVE = (f"{TOWNSHIP}{n}" for n in (201, 202, 203, 204, 205))


@pytest.fixture(autouse=True)
def clock():
    with freeze_time("2026-11-25 09:00+08:00") as frozen:
        yield frozen


@built_once(at=NOW)
def world(db):
    county = UnitFactory(code=COUNTY)
    UnitFactory(code=TOWNSHIP)
    cycle = CycleFactory(scheme=SchemeFactory(unit=county), windows=False)
    WindowFactory(cycle=cycle, step="apply", closes=at(2026, 11, 14))
    overdue = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=ONE), state="returned")
    Return.objects.create(application=overdue, by=UserFactory(), due=at(2026, 11, 20))
    ApplicationFactory(cycle=cycle, unit=UnitFactory(code=TWO), state="submitted", submitted_at=at(2026, 11, 10))
    proud = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=THREE), state="confirmed")
    judged_by_both(proud, 95, 85)
    ObjectionFactory(decision=DecisionFactory(unit=UnitFactory(code=THREE)))
    EventFactory(unit=UnitFactory(code=FOUR), on=date(2026, 1, 1))
    return cycle


def waiting() -> list[tuple[str, str, str]]:
    rows = FollowUp.objects.waiting().order_by("kind", "unit")
    return [(one.kind[-2:], one.unit_id[-3:], one.responsible_role) for one in rows]


def test_what_the_rules_find_is_opened_once(world):
    EventFactory(unit=UnitFactory(code=FOUR), on=date(2026, 1, 2), held=True)
    WarningThreshold.objects.create(unit_id=COUNTY, rule="W2", active=False, set_by=UserFactory())  # counts for nothing
    signer, office = person(Role.SIGNER, ONE), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    assert refresh(NOW) == 6
    assert refresh(NOW) == 0
    assert waiting() == [
        ("W1", "204", "signer"),
        ("W2", "201", "signer"),
        ("W3", "202", "township_office"),
        ("W4", "203", "township_office"),
        ("W6", "204", "township_office"),
        ("W7", "203", "township_office"),
    ]
    assert [one.text for one in Notice.objects.filter(user=signer)] == [
        "单位330624108201：2026年11月19日起补正已逾期。期限：2026年11月30日24时"
    ]
    assert Notice.objects.filter(user=office).count() == 6


def test_it_is_closed_when_the_cause_is_gone_and_those_responsible_hear_of_it(world):
    signer = person(Role.SIGNER, ONE)
    refresh(NOW)
    overdue = Application.objects.get(unit=ONE)
    overdue.returns.update(answered_at=NOW)
    move([overdue.pk], "resubmit", "township_review", by=None)
    refresh(NOW)
    warning = FollowUp.objects.get(kind="warning_W2")
    assert (warning.state, warning.in_time) == ("done", True)
    assert warning.link == f"/applications/{overdue.pk}/#returned"
    assert list(Notice.objects.filter(user=signer).order_by("pk").values_list("kind", flat=True)) == [
        "warning_W2.opened",
        "warning_W2.accepted",
    ]


def test_of_an_objection_nobody_learns_who_scored_or_decided(world):
    people = scorer, decider, office = [person(Role.TOWNSHIP_OFFICE, TOWNSHIP) for _thrice in range(3)]
    application = ApplicationFactory(cycle=world, unit=UnitFactory(code=FIVE), state="decided")
    SheetFactory(application=application, reviewer=scorer)
    made = {"application": application, "cycle": world, "unit": application.unit, "year": 2026}
    decision = DecisionFactory(**made, origin="township", state="decided", decided_by=decider)
    release([decision.pk], "评1号", by=None, at=NOW)
    ObjectionFactory(decision=decision)
    refresh(NOW)
    warning = FollowUp.objects.get(kind="warning_W4", unit=FIVE)
    assert list(Notice.objects.filter(link=warning.get_absolute_url()).values_list("user", flat=True)) == [office.pk]
    assert [FollowUp.objects.seen_by(one).filter(pk=warning.pk).count() for one in people] == [0, 0, 1]


def test_of_an_objection_nobody_learns_who_has_a_post_in_the_unit(world):
    barred, office = (person(Role.TOWNSHIP_OFFICE, TOWNSHIP) for _twice in range(2))
    AppointmentFactory(user=barred, role=Role.SIGNER, unit=UnitFactory(code=THREE), ends=date(2025, 1, 1))
    refresh(NOW)
    warning = FollowUp.objects.get(kind="warning_W4")
    (due,) = [one for one in due_in([THREE]) if one.kind == warning.kind]
    assert people_whose_turn([due]) == {due: [office.pk]}
    assert [visible(one, [due]) for one in (barred, office)] == [[], [due]]
    assert [list(FollowUp.objects.seen_by(one).filter(kind=warning.kind)) for one in (barred, office)] == [
        [],
        [warning],
    ]
    escalate(warning, by=None)
    told = Notice.objects.filter(kind__startswith="warning_W4.").order_by("pk")
    assert list(told.values_list("kind", "user")) == [(f"warning_W4.{one}", office.pk) for one in ("opened", "late")]


def test_closing_a_year_does_not_wash_it_away(world):
    refresh(NOW)
    Cycle.objects.filter(pk=world.pk).update(state="closed", closed_at=NOW)
    refresh(NOW)
    assert [row for row in waiting() if row[0] in ("W1", "W7")] == [
        ("W1", "204", "signer"),
        ("W7", "203", "township_office"),
    ]


def test_one_that_was_answered_does_not_come_back(world):
    office, county = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), person(Role.COUNTY_OFFICE, COUNTY)
    refresh(NOW)
    proud = FollowUp.objects.get(kind="warning_W7")
    accept(report_done(proud, by=office, report="已约谈并更正自评"), by=county)
    assert refresh(NOW) == 0


def test_the_assessment_counts_those_closed_before_their_day(world):
    """By hand: W2 and W3 were due by 30 November, W1 and W4 by 2 December, W6 and W7 by 9 December; W1 was closed."""
    signer, checker = person(Role.SIGNER, FOUR), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    county = person(Role.COUNTY_OFFICE, COUNTY)
    refresh(NOW)
    accept(report_done(FollowUp.objects.get(kind="warning_W1"), by=signer, report="已说明"), by=checker)

    def shares(on: str) -> dict[str, Fraction]:
        body = {
            "format": "pingxing-assessment/1",
            "year": 2026,
            "unit": COUNTY,
            "assesses": "township",
            "terms": [{"code": "a", "takes": "closed_warnings", "weight": 1}],
        }
        spec = AssessmentSpec.model_validate(body | {"on": on})
        found = sources.warnings(VillagesBelow(COUNTY, spec.on, 9), 2026)
        return {place: Fraction(closed, due) for place, due, closed in found}

    assert shares("2026-11-29") == {}
    assert shares("2026-11-30") == {TOWNSHIP: Fraction(0, 2)}
    assert shares("2026-12-02") == {TOWNSHIP: Fraction(1, 4)}
    assert shares("2026-12-31") == {TOWNSHIP: Fraction(1, 6)}
    cancel(FollowUp.objects.get(kind="warning_W3"), by=county, reason="系统故障")
    assert shares("2026-12-31") == {TOWNSHIP: Fraction(1, 5)}


@pytest.fixture
def county():
    UnitFactory(code=TOWNSHIP)
    return UnitFactory(code=COUNTY)


def test_a_public_notice_is_late_when_the_working_days_after_the_meeting_are_over(county):
    """The fifth working day after Wednesday 18 November is the 25th, over on the 26th."""
    late = BatchFactory(met_on=date(2026, 11, 17))
    BatchFactory(cycle=late.cycle, met_on=date(2026, 11, 18))
    BatchFactory(cycle=late.cycle, met_on=date(2026, 11, 2), stage="county", unit=county)
    refresh(NOW)
    assert waiting() == [("W8", COUNTY[-3:], "county_office"), ("W8", TOWNSHIP[-3:], "township_office")]
    assert FollowUp.objects.get(unit=TOWNSHIP).link == f"/reviews/batches/{late.pk}/"


def test_a_released_event_repeated_within_a_year_is_answered_once(county):
    village = UnitFactory(code=ONE)
    EventFactory(unit=village, on=date(2026, 1, 2), closed=date(2026, 2, 2))
    again = EventFactory(unit=village, on=date(2026, 10, 1))
    EventFactory(unit=village, on=date(2026, 11, 1), held=True)
    EventFactory(unit=UnitFactory(code=TWO), on=date(2026, 10, 1))
    discipline, office = person(Role.DISCIPLINE, COUNTY), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    assert refresh(NOW) == 1
    warning = FollowUp.objects.get(kind="warning_W9", subject=again.pk)
    accept(report_done(warning, by=office, report="已约谈"), by=discipline)
    assert refresh(NOW) == 0


def test_an_event_that_no_longer_counts_warns_of_nothing(county):
    village = UnitFactory(code=ONE)
    EventFactory(unit=village, on=date(2026, 1, 2), closed=date(2026, 2, 2))
    again = EventFactory(unit=village, on=date(2026, 3, 1))
    assert refresh(NOW) == 2
    Reversal.objects.create(
        event=again, on=date(2026, 11, 24), document="复议〔2026〕1号", reason="认定有误", by=UserFactory(), at=NOW
    )
    refresh(NOW)
    assert waiting() == []


def test_a_figure_far_outside_those_of_the_county(county):
    cycle = CycleFactory(scheme=SchemeFactory(unit=county), windows=False)
    item = next(q.item for c in cycle.scheme.spec.criteria for q in c.questions if q.kind in ("count", "figure"))
    for n, value in enumerate([10, 11, 12, 13, 14, 15, 45]):
        village = UnitFactory(code=f"{TOWNSHIP}{n + 210}")
        application = ApplicationFactory(cycle=cycle, unit=village, state="township_review")
        Answer.objects.create(application=application, item=item, typed=str(value), value=value)
    refresh(NOW)
    assert waiting() == [("10", "216", "township_office")]
    assert FollowUp.objects.get().measured == "数值为45，其他单位在11至14之间；达到3倍预警"
    Answer.objects.filter(value=45).update(value=40)
    refresh(NOW)
    assert waiting() == []


def test_a_county_s_threshold_beats_its_city_s(county):
    city = UnitFactory(code=COUNTY[:4])
    EventFactory(unit=UnitFactory(code=ONE), on=date(2026, 9, 1))
    office, above = person(Role.COUNTY_OFFICE, COUNTY), person(Role.CITY_OFFICE, COUNTY[:4])

    def rules() -> set[str]:
        return {finding.rule for finding in findings(NOW)}

    assert rules() == set()
    set_thresholds(city, {"W6": 60}, by=above)
    assert rules() == {"W6"}
    set_thresholds(county, {"W6": 120}, by=office)
    assert rules() == set()
    set_thresholds(county, {"W6": None}, by=office)
    assert rules() == {"W6"}


def test_a_rule_is_switched_off_by_the_county_and_what_waits_is_called_off(county):
    city = UnitFactory(code=COUNTY[:4])
    EventFactory(unit=UnitFactory(code=ONE), on=date(2026, 1, 1))
    office, above = person(Role.COUNTY_OFFICE, COUNTY), person(Role.CITY_OFFICE, COUNTY[:4])
    refresh(NOW)
    warning = FollowUp.objects.get()
    assert warning.measured == "已持续328天；超过183天预警"
    set_thresholds(city, {}, {"W6": False}, by=above)
    refresh(NOW)
    warning.refresh_from_db()
    assert (warning.state, warning.reason) == ("cancelled", "这条规则已停用。")
    set_thresholds(county, {}, {"W6": True}, by=office)
    assert refresh(NOW) == 1
    set_thresholds(county, {}, {"W6": None}, by=office)
    assert (refresh(NOW), waiting(), WarningThreshold.objects.count()) == (0, [], 1)


def test_what_warns_once_comes_back_with_its_rule_but_not_after_a_person_ended_it(world):
    county, office = Unit.objects.get(code=COUNTY), person(Role.COUNTY_OFFICE, COUNTY)
    refresh(NOW)
    for active, opened in ((False, 0), (True, 1)):
        set_thresholds(county, {}, {"W7": active}, by=office)
        assert refresh(NOW) == opened
    cancel(FollowUp.objects.waiting().get(kind="warning_W7"), by=office, reason="已核实")
    assert refresh(NOW) == 0


def test_a_step_refreshes_the_warnings_of_its_place_alone(county, django_capture_on_commit_callbacks):
    here = EventFactory(unit=UnitFactory(code=ONE), on=date(2026, 1, 1))
    for code in ("330681", "330681001"):
        UnitFactory(code=code)
    EventFactory(unit=UnitFactory(code="330681001218"), on=date(2026, 1, 1))
    discipline = person(Role.DISCIPLINE, COUNTY)
    refresh(NOW)
    assert len(waiting()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        close(here, on=date(2026, 11, 25), by=discipline, reason="已整改")
    assert [unit for _rule, unit, _role in waiting()] == ["218"]


def test_a_refresh_that_finds_another_one_at_work_tries_again(world):
    other = connections.create_connection("default")
    tries = []

    def finish_the_other(reason, **_given):
        tries.append((reason.when, FollowUp.objects.count()))
        with other.cursor() as cursor:  # closing would free it a moment later
            cursor.execute("select pg_advisory_unlock(%s, 0)", [Lock.WARNINGS.value])

    with other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, 0)", [Lock.WARNINGS.value])
    task_retry.connect(finish_the_other, weak=False)
    try:
        assert refresh_place.apply([COUNTY], throw=False).get() == 6
    finally:
        task_retry.disconnect(finish_the_other)
        other.close()
    assert tries == [(TRIED_AGAIN_AFTER, 0)]


def test_thresholds_have_bounds_and_owners(county):
    office, stranger = person(Role.COUNTY_OFFICE, COUNTY), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    with pytest.raises(Incomplete) as refused:
        set_thresholds(county, {"W6": 29, "W3": 60}, by=office)
    assert refused.value.problems == {"W6": "从30到730。"}
    with pytest.raises(NotAllowed):
        set_thresholds(county, {"W6": 100}, by=stranger)
    with pytest.raises(Outdated):
        set_thresholds(county, {"W6": 100}, by=office, expected={"W6": {"rule": "W6", "value": 50, "active": None}})
    assert WarningThreshold.objects.count() == 0
