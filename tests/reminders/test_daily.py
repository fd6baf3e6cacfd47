"""The clock reminds: before the day, on it, after it; first whose turn it is, then the office, then the level above."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Extension
from ratings.models.cycle import CycleStep
from reminders.due import due_in, people_whose_turn
from reminders.models import DailyReminder, DueStep, ReminderLine, ReminderRule
from reminders.stages import Rule, position
from reminders.workflow import send_daily
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    PanelFactory,
    SheetFactory,
    UnitFactory,
    WindowFactory,
    at,
    person,
)

pytestmark = pytest.mark.django_db
CLOSES = at(2026, 11, 14)  # 24:00 of Friday 13 November
OTHER = f"{TOWNSHIP}205"


@built_once
def who(db):
    return SimpleNamespace(
        city=person(Role.CITY_OFFICE, "3306", username="city"),
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        office=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office"),
        leader=person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="leader"),
        reviewers=[person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username=f"reviewer{n}") for n in "ab"],
        county=person(Role.COUNTY_OFFICE, COUNTY, username="county"),
        stranger=person(Role.FILLER, "330681001218", username="stranger"),
    )


@built_once
def cycle(who):
    made = CycleFactory(windows=False)
    for step, closes in (("apply", CLOSES), ("township_review", at(2026, 12, 1)), ("county_review", at(2026, 12, 20))):
        WindowFactory(cycle=made, step=step, closes=closes)
    return made


def told(on: str) -> dict[str, str]:
    """Who got a message on a day, and the kind of it."""
    with freeze_time(f"{on} 08:15+08:00"):
        before = Notice.objects.count()
        send_daily()
        new = Notice.objects.order_by("pk")[before:]
        return {one.user.username: one.kind for one in new}


def test_it_goes_up_by_working_days_and_tells_nobody_else(cycle):
    days = {day: told(day) for day in ("2026-11-09", "2026-11-10", "2026-11-11", "2026-11-13")}
    assert days == {
        "2026-11-09": {},
        "2026-11-10": {"filler": "due_own"},
        "2026-11-11": {},
        "2026-11-13": {"filler": "due_own"},
    }
    assert told("2026-11-14") == {}  # a Saturday
    assert told("2026-11-16") == {"filler": "due_own"}  # and nobody in the village's office beside the filler
    assert told("2026-11-20") == {"filler": "due_own", "office": "due_others"}
    assert told("2026-11-27") == {"filler": "due_own", "office": "due_others"}


def test_a_person_gets_one_message_a_day_about_all_of_it(who, cycle):
    person(Role.FILLER, OTHER, username="next_filler")
    with freeze_time("2026-11-20 08:15+08:00"):
        assert (send_daily(), send_daily()) == (3, 0)
        one = Notice.objects.get(user=who.office)
        assert one.params["below"] == 2
        assert set(ReminderLine.objects.filter(user=who.office).values_list("unit", "step")) == {
            (VILLAGE, "apply"),
            (OTHER, "apply"),
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            DailyReminder.objects.create(user=who.office, day=timezone.localdate(), own=0, office=0, below=0)


def test_a_morning_that_was_missed_is_made_up_for(cycle):
    told("2026-11-10")
    assert told("2026-11-18") == {"filler": "due_own"}


def test_an_extension_and_a_countys_own_rule_move_the_day(who, cycle):
    Extension.objects.create(
        cycle=cycle, unit_id=VILLAGE, step=CycleStep.APPLY, closes=at(2026, 11, 21), reason="洪水", by=who.office
    )
    assert told("2026-11-13") == {}
    ReminderRule.objects.create(unit_id=COUNTY, step=DueStep.APPLY, before=4, office_after=1, above_after=2)
    assert told("2026-11-16") == {"filler": "due_own"}


def test_whose_turn_it_is_follows_the_review(who, cycle):
    application = ApplicationFactory(cycle=cycle, state="submitted")

    def turn() -> tuple[str, list[int]]:
        (due,) = due_in([COUNTY])
        return due.step, people_whose_turn([due])[due]

    assert turn() == ("township_review", [who.office.pk])
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=OTHER), state="township_review")
    _submitted, due = due_in([TOWNSHIP])
    assert people_whose_turn([due])[due] == [who.office.pk]  # a panel is to be convened
    a, b = who.reviewers
    PanelFactory(cycle=cycle, reviewers=who.reviewers)
    sheets = [SheetFactory(application=application, reviewer=one) for one in who.reviewers]
    _submitted, due = due_in([TOWNSHIP])
    assert people_whose_turn([due])[due] == sorted([a.pk, b.pk])
    for sheet in sheets:
        sheet.state, sheet.handed_in_at = "handed_in", timezone.now()
        sheet.save()
    _submitted, due = due_in([TOWNSHIP])
    assert people_whose_turn([due])[due] == [who.leader.pk]
    assert (due.due, due_in([VILLAGE])[0].due) == (at(2026, 12, 1), at(2026, 12, 1))


def test_what_is_decided_and_not_released_is_told_to_the_deciding_office_alone(who, cycle):
    application = ApplicationFactory(cycle=cycle, state="decided")
    DecisionFactory(
        application=application, cycle=cycle, unit=application.unit, state="decided", origin="township", on=None,
        cut_off=None, decided_at=at(2026, 11, 13, 9),
    )  # fmt: skip
    assert (told("2026-11-27"), told("2026-12-04")) == ({"office": "due_own"}, {"office": "due_own"})


def test_positions_count_working_days():
    days = [at(2026, 11, n).date() for n in (9, 10, 11, 12, 13, 16, 17)]
    friday = days[4]
    assert [position(days, friday, friday + timedelta(days=n)) for n in (-4, -1, 0, 3, 4)] == [-4, -1, 0, 1, 2]
    assert Rule().fires(-4, -3, since=-3)
    assert not Rule().fires(-3, -1, since=-3)
    assert Rule().fires(9, 10, since=5)
    assert not Rule().fires(0, 1, since=5)
