"""Working days with holidays and shifted days (domain §3): National Day 2026 runs 1–7 October, Sat 10 October works."""

from datetime import date

import pytest
from freezegun import freeze_time

from accounts.models import CalendarDay
from accounts.working_days import (
    NoticeDays,
    next_working_day,
    notice_days,
    uncertain_years,
    working_days_between,
    working_days_left,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 11, 26), date(2026, 11, 27)),
        (date(2026, 11, 27), date(2026, 11, 30)),
        (date(2026, 9, 30), date(2026, 10, 8)),
        (date(2026, 10, 9), date(2026, 10, 10)),
        (date(2026, 10, 10), date(2026, 10, 12)),
        (date(2026, 9, 18), date(2026, 9, 20)),
    ],
)
def test_next_working_day_knows_holidays_and_shifted_days(day, following):
    assert next_working_day(day) == following


def test_a_notice_over_national_day_counts_the_shifted_saturday():
    assert notice_days(date(2026, 9, 28), 5) == NoticeDays(
        first=date(2026, 9, 29), last=date(2026, 10, 10), confirms_on=date(2026, 10, 12)
    )


def test_a_release_on_a_holiday_starts_on_the_next_working_day():
    assert notice_days(date(2026, 10, 3), 1) == NoticeDays(date(2026, 10, 8), date(2026, 10, 8), date(2026, 10, 9))


def test_a_notice_of_no_days_takes_objections_on_the_day_of_release():
    assert notice_days(date(2026, 11, 27), 0) == NoticeDays(date(2026, 11, 27), date(2026, 11, 27), date(2026, 11, 30))


def test_the_days_entered_by_the_office_come_before_the_library():
    CalendarDay.objects.create(day=date(2026, 11, 30), working=False)
    CalendarDay.objects.create(day=date(2026, 11, 28), working=True)
    assert next_working_day(date(2026, 11, 27)) == date(2026, 11, 28)
    assert next_working_day(date(2026, 11, 28)) == date(2026, 12, 1)


def test_a_year_that_nobody_knows_is_counted_by_weekdays_and_named():
    assert next_working_day(date(2026, 12, 31)) == date(2027, 1, 1)
    assert uncertain_years(date(2026, 12, 28), date(2027, 1, 5)) == [2027]
    assert uncertain_years(date(2026, 12, 1), date(2026, 12, 31)) == []


def test_a_year_entered_by_the_office_is_known():
    CalendarDay.objects.create(day=date(2027, 1, 1), working=False)
    assert next_working_day(date(2026, 12, 31)) == date(2027, 1, 4)
    assert uncertain_years(date(2026, 12, 28), date(2027, 1, 5)) == []


def test_the_days_of_a_notice_are_listed():
    assert working_days_between(date(2026, 9, 29), date(2026, 10, 10)) == [
        date(2026, 9, 29),
        date(2026, 9, 30),
        date(2026, 10, 8),
        date(2026, 10, 9),
        date(2026, 10, 10),
    ]


@freeze_time("2026-10-08T16:30:00Z")
def test_days_left_are_counted_in_chinas_time_zone():
    assert working_days_left(date(2026, 10, 10)) == 2
