"""What an event will do to the star, shown before it is recorded: the days and stars that the register then holds."""

from datetime import date

import pytest

from accounts.roles import Role
from ratings.events.forecast import StarShift, foresee, foresee_all, foresee_closed, foresee_reversed
from ratings.events.happening import Happening
from ratings.models import Event, Proposal
from ratings.register.rerating import rerate, timeline
from tests.clock import freeze_time
from tests.factories import COUNTY, VILLAGE, DecisionFactory, EventFactory, SchemeFactory, UnitFactory, person

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


@pytest.fixture
def village():
    with freeze_time("2026-06-15 10:00:00+08:00"):
        SchemeFactory(year=2026)
        unit = UnitFactory(code=VILLAGE, name="沙溪村")
        DecisionFactory(unit=unit, star=5)
        rerate("")
        yield unit


def test_the_days_and_stars_foreseen_are_those_that_come(village):
    seen = foresee(Happening(village, "case_opened", DAY))
    assert seen.shifts == [StarShift(VILLAGE, DAY, date(2027, 6, 1), 5, 3)]
    assert [(rule.rule, rule.automatic, rule.since, rule.until) for rule in seen.rules] == [
        (0, True, DAY, date(2027, 6, 1)),
        (1, False, DAY, date(2026, 12, 1)),
    ]
    assert (Event.objects.count(), Proposal.objects.count()) == (0, 0)
    EventFactory(unit=village, kind="case_opened", on=DAY)
    rerate([VILLAGE])
    spans = timeline([VILLAGE], date(2030, 1, 1))
    assert [(s.since, s.until, s.star) for s in spans] == [
        (date(2026, 1, 20), DAY, 5),
        (DAY, date(2027, 6, 1), 3),
        (date(2027, 6, 1), None, 5),
    ]
    assert foresee(Happening(village, "case_opened", DAY)).known


def test_what_a_proposal_would_add_is_told_apart(village):
    EventFactory(unit=village, kind="spot_check_failed", on=DAY)
    EventFactory(unit=village, kind="spot_check_failed", on=DAY, source="市里")
    seen = foresee(Happening(village, "case_opened", date(2026, 6, 10)))
    assert seen.shifts == [StarShift(VILLAGE, date(2026, 9, 1), date(2027, 6, 10), 5, 3)]
    assert seen.proposed == [
        StarShift(VILLAGE, date(2026, 6, 10), date(2026, 9, 1), 3, 2),
        StarShift(VILLAGE, date(2026, 9, 1), date(2027, 6, 10), 5, 3),
    ]


def test_lines_of_a_sheet_are_foreseen_on_top_of_each_other(village):
    first, second = foresee_all([Happening(village, "spot_check_failed", DAY, source) for source in ("县", "市")])
    assert first.shifts == [StarShift(VILLAGE, DAY, date(2026, 9, 1), 5, 4)]
    assert second.shifts == [StarShift(VILLAGE, DAY, date(2026, 9, 1), 4, 3)]


def test_a_held_event_is_foreseen_as_it_will_be_released(village):
    EventFactory(unit=village, kind="case_opened", on=DAY, held=True)
    assert foresee(Happening(village, "case_opened", DAY)).shifts == [StarShift(VILLAGE, DAY, date(2027, 6, 1), 5, 3)]
    assert Event.objects.get().held


def test_the_end_of_an_event_is_foreseen(village):
    event = EventFactory(unit=village, kind="case_opened", on=DAY)
    county = person(Role.COUNTY_OFFICE, COUNTY)
    closed, reversed_ = foresee_closed(event), foresee_reversed(event, county)
    assert closed == [StarShift(VILLAGE, date(2026, 6, 16), date(2027, 6, 1), 3, 5)]
    assert reversed_ == [StarShift(VILLAGE, date(2026, 6, 15), date(2027, 6, 1), 3, 5)]
    assert foresee_closed(event, date(2026, 6, 9)) == [StarShift(VILLAGE, date(2026, 6, 10), date(2027, 6, 1), 3, 5)]
    event.refresh_from_db()
    assert (event.closed, hasattr(event, "reversal")) == (None, False)
