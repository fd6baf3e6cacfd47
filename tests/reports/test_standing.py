"""The dashboard's lists are SQL, its squares the ORM: both know the same units and the same open events on each day."""

from collections import Counter
from datetime import date, timedelta

import pytest

from accounts.roles import Role
from ratings.models import Event, Reversal, StarPeriod
from reports.dashboard import open_on
from reports.findings import AsOf, counted, listed
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    DecisionFactory,
    EventFactory,
    StarPeriodFactory,
    UnitFactory,
    UserFactory,
    at,
    person,
)
from villages.models import Unit, rated_on
from villages.workflow import OrderPaper, SplitPart, merge, rename, split

pytestmark = pytest.mark.django_db
A, B, C, D, NEW, PART = (f"{TOWNSHIP}20{n}" for n in range(1, 7))
FIRST = date(2026, 11, 1)


def reorganized():
    office = person(Role.COUNTY_OFFICE, COUNTY)
    for code in (TOWNSHIP, A, B, C, D):
        UnitFactory(code=code)
    UnitFactory(code=f"{TOWNSHIP}299", rated=False)
    orders = [
        (3, lambda paper: merge([A, B], SplitPart(NEW, "新村"), paper, by=office)),
        (5, lambda paper: split(C, [SplitPart(C), SplitPart(PART, "分村")], C, paper, by=office)),
        (7, lambda paper: rename(D, "改村", paper, by=office)),
    ]
    for day, order in orders:
        with freeze_time(at(2026, 11, day, 8)):
            order(OrderPaper(f"{day}号", date(2026, 11, day), "调整"))


def happened():
    for code in Unit.objects.within(COUNTY).filter(level="village").values_list("code", flat=True):
        for n, (held, closed) in enumerate(((False, None), (False, date(2026, 11, 6)), (True, None), (False, None))):
            event = EventFactory(unit_id=code, on=date(2026, 11, 2), held=held, closed=closed, source=str(n))
        Reversal.objects.create(
            event=event, on=date(2026, 11, 4), document="1号", reason="有误", by=UserFactory(), at=at(2026, 11, 4, 8)
        )


def test_a_list_and_a_square_know_the_same_units_and_events():
    reorganized()
    with freeze_time(at(2026, 11, 24, 8)):
        happened()
        days = [FIRST + timedelta(n) for n in range(9)]
        lists = [
            {row.unit: row.n for row in listed(AsOf(Unit.objects.get(pk=COUNTY), day), "open", {})} for day in days
        ]
        squares = [
            Counter(Event.objects.filter(open_on(day), unit__in=rated_on(COUNTY, day)).values_list("unit", flat=True))
            for day in days
        ]
        assert lists == squares
        assert [len(units) for units in squares] == [0, 4, 3, 3, 4, 4, 4, 4, 4]
        assert [squares[n][D] for n in range(1, 6)] == [3, 3, 2, 2, 1]


def test_the_stars_counted_are_those_of_the_list():
    """Of units that stood on the day alone, with and without a star, also after a correction."""
    reorganized()
    wrong = DecisionFactory(unit_id=D, star=5, on=FIRST)
    corrected = StarPeriodFactory(decision=wrong, during=(date(2019, 1, 1), FIRST))
    StarPeriod.objects.filter(pk=corrected.pk).update(superseded_at=at(2026, 11, 1))
    periods = [
        (A, 5, (date(2024, 12, 31), date(2026, 1, 1))),
        (B, 3, (date(2021, 5, 1), None)),
        (C, 0, (date(2023, 1, 1), date(2025, 12, 31))),
        (C, 4, (date(2025, 12, 31), None)),
        (D, 2, (date(2022, 12, 31), date(2026, 11, 6))),
        (NEW, 1, (date(2026, 11, 3), None)),
        (f"{TOWNSHIP}299", 5, (date(2020, 1, 1), None)),
    ]
    for code, star, during in periods:
        StarPeriodFactory(decision=DecisionFactory(unit_id=code, star=star, on=during[0]), during=during)
    with freeze_time(at(2026, 11, 24, 8)):
        november = [FIRST + timedelta(n) for n in range(9)]
        for day in (*november, date(2024, 12, 30), date(2024, 12, 31), date(2030, 6, 1)):
            seen = AsOf(Unit.objects.get(pk=COUNTY), day)
            rows = {(row.a, row.b): row.count for row in counted(seen, ["stars"])}
            assert rows == Counter((row.a, row.b) for row in listed(seen, "stars", {}))
