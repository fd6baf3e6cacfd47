"""Working days with holidays and shifted days (practice §3): in 2026, 1–7 October is off and Sat 10 October works."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import CalendarDay
from accounts.roles import Role
from accounts.working_days import (
    NoticeDays,
    last_of,
    next_working_day,
    notice_days,
    uncertain_years,
    uncertainty,
    working_days_between,
)
from tests.clock import freeze_time
from tests.factories import person

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


def test_a_year_that_the_calendar_does_not_know_has_its_statutory_days_and_says_so():
    assert notice_days(date(2026, 12, 30), 1) == NoticeDays(date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 4))
    assert next_working_day(date(2027, 2, 4)) == date(2027, 2, 11)  # Spring Festival, by the moon
    assert next_working_day(date(2027, 6, 8)) == date(2027, 6, 10)  # Dragon Boat Festival
    assert uncertain_years(date(2026, 12, 28), date(2027, 1, 5)) == [2027]
    assert uncertain_years(date(2026, 12, 1), date(2026, 12, 31)) == []
    with translation.override("zh-hans"):
        assert uncertainty(date(2026, 12, 28), date(2027, 1, 5)) == "2027年暂按法定节假日计算，调休尚未公布。"


def test_one_day_entered_makes_a_year_partly_confirmed_and_not_silent():
    CalendarDay.objects.create(day=date(2027, 1, 4), working=False)
    assert next_working_day(date(2026, 12, 31)) == date(2027, 1, 5)
    assert uncertain_years(date(2026, 12, 28), date(2027, 1, 5)) == [2027]
    with translation.override("zh-hans"):
        assert (
            uncertainty(date(2026, 12, 28), date(2027, 1, 5)) == "2027年只确认了一部分：已录入1天，其余节假日为暂计。"
        )


def test_the_office_confirms_a_year_as_it_was_shown(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(person(Role.SYSADMIN, "33"))
    with freeze_time("2026-12-30T02:00:00Z"):
        shown = client.get(reverse("settings")).context
        assert (shown["year"], (date(2027, 1, 1), False) in shown["differing"]) == (2027, True)
        confirm = reverse("calendar_year_confirm", args=[2027])
        CalendarDay.objects.create(day=date(2027, 1, 4), working=False)
        client.post(confirm, {"key": shown["key"]})
        assert uncertain_years(date(2027, 1, 1), date(2027, 1, 5)) == [2027]
        key = client.get(reverse("settings")).context["key"]
        for _twice in range(2):
            client.post(confirm, {"key": key})
        assert uncertain_years(date(2027, 1, 1), date(2027, 1, 5)) == []
        assert uncertainty(date(2027, 1, 1), date(2027, 1, 5)) == ""
        assert client.get(reverse("settings")).context["year"] == 2028


def test_the_days_of_a_notice_are_listed():
    assert working_days_between(date(2026, 9, 29), date(2026, 10, 10)) == [
        date(2026, 9, 29),
        date(2026, 9, 30),
        date(2026, 10, 8),
        date(2026, 10, 9),
        date(2026, 10, 10),
    ]


@pytest.mark.parametrize(
    ("first", "days", "last"),
    [
        (date(2026, 9, 30), 1, date(2026, 9, 30)),
        (date(2026, 9, 30), 2, date(2026, 10, 8)),  # over the National Day holiday
        (date(2026, 10, 8), 3, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 10, 1), 1, date(2026, 10, 8)),  # a first day that is off
    ],
)
def test_so_many_working_days_from_a_day_on_end_on_a_day(first, days, last):
    assert last_of(first, days) == last
