"""Working days of the Chinese calendar, including shifted ones (调休) (practice §3).

What the office has entered (``CalendarDay``) takes precedence over the library's calendar. A year that the library does
not know has only the statutory holidays, lunar ones too, without shifted days: provisional, as ``uncertainty`` says,
until the office has confirmed the year (``CalendarYear``).
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import islice, takewhile
from typing import NamedTuple

import chinese_calendar
import holidays
from chinese_calendar.constants import holidays as known_holidays
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CalendarDay, CalendarYear, User
from accounts.prepared import asked
from accounts.together import once
from records.kept_statements import rows_of

# The query builder would take longer for it than the database does.
_ENTERED = "select day, working from accounts_calendarday where day > %s"
_LIBRARY_YEARS = range(min(known_holidays).year, max(known_holidays).year + 1)


class NoticeDays(NamedTuple):
    """Objections are accepted from the release until 24:00 of ``last``; the star begins on ``confirms_on``."""

    first: date
    last: date
    confirms_on: date


def entered_days(reader: User) -> dict[date, bool]:
    """What the office has entered, asked with the rest of the page of ``reader`` (``accounts.together``)."""
    return once(reader, _entered, lambda: dict(asked(_entered, reader)))


def _entered(_reader: User) -> QuerySet:
    return CalendarDay.objects.values_list("day", "working")


def working_days_after(day: date, entered: Mapping[date, bool] | None = None) -> Iterator[date]:
    """Every working day after ``day``, in order, infinite; one query, unless what is ``entered`` is known."""
    if entered is None:
        entered = dict(rows_of(_ENTERED, [day]))
    while True:
        day += timedelta(days=1)
        if entered.get(day, _by_library(day)):
            yield day


def next_working_day(day: date) -> date:
    """The first working day after ``day``."""
    return next(working_days_after(day))


def last_of(first: date, days: int) -> date:
    """The last of ``days`` working days that begin with ``first``, or the next working day after it."""
    return next(islice(working_days_after(first - timedelta(days=1)), days - 1, None))


def notice_days(released_on: date, n: int) -> NoticeDays:
    """The days of a public notice of ``n`` working days: day 1 is the first working day after ``released_on``.

    With ``n`` = 0 objections are accepted only on the day of release.
    """
    days = [released_on, *islice(working_days_after(released_on), n + 1)]
    return NoticeDays(first=days[min(1, n)], last=days[n], confirms_on=days[n + 1])


def working_days_between(first: date, last: date) -> list[date]:
    """The working days from ``first`` to ``last``, both included."""
    return list(takewhile(lambda day: day <= last, working_days_after(first - timedelta(days=1))))


def uncertain_years(first: date, last: date) -> list[int]:
    """The years from ``first`` to ``last`` that the library does not know and the office has not confirmed."""
    unknown = [year for year in range(first.year, last.year + 1) if year not in _LIBRARY_YEARS]
    if not unknown:
        return []
    confirmed = CalendarYear.objects.filter(year__in=unknown).values_list("year", flat=True)
    return sorted(set(unknown) - set(confirmed))


def uncertainty(first: date, last: date) -> str:
    """The warning about ``uncertain_years`` between two days; "" when every day is certain."""
    years = uncertain_years(first, last)
    if not years:
        return ""
    rows = CalendarDay.objects.filter(day__year__in=years).values("day__year").annotate(n=Count("day"))
    entered = {row["day__year"]: row["n"] for row in rows}
    return " ".join(
        _("%(year)s is partly confirmed: %(n)s days are entered, the other holidays are provisional.")
        % {"year": year, "n": entered[year]}
        if year in entered
        else _("%(year)s is provisional: its statutory holidays count, shifted days are not known yet.")
        % {"year": year}
        for year in years
    )


def next_uncertain_year() -> int:
    """The first year, from this one on, that is still to be confirmed."""
    confirmed = set(CalendarYear.objects.values_list("year", flat=True))
    year = timezone.localdate().year
    while year in _LIBRARY_YEARS or year in confirmed:
        year += 1
    return year


def days_that_differ(year: int) -> list[tuple[date, bool]]:
    """The days of ``year`` that are off from Monday to Friday, or worked at a weekend, as they count now."""
    entered = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "working"))
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    counted = ((day, entered.get(day, _by_library(day))) for day in days if day.year == year)
    return [(day, working) for day, working in counted if working != (day.weekday() < 5)]


@lru_cache(5000)
def _by_library(day: date) -> bool:
    if day.year in _LIBRARY_YEARS:
        return chinese_calendar.is_workday(day)
    return day.weekday() < 5 and day not in _statutory(day.year)


@cache
def _statutory(year: int) -> holidays.HolidayBase:
    return holidays.China(years=year)
