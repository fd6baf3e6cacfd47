"""The one wording of deadlines: by their last day, until 24:00 (24时).

A deadline is either a last day or a moment; a moment at midnight is the end of the day before.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _


def end_of(day: date) -> datetime:
    """24:00 of a day in China."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


@lru_cache(4096)
def last_day(due: datetime | date) -> date:
    """The last day of the deadline, in China's time zone."""
    if not isinstance(due, datetime):
        return due
    return timezone.localdate(due - timedelta(microseconds=1))


def deadline(due: datetime | date) -> str:
    """The deadline in words, for use in a sentence: "2026年12月8日24时", or with the hour if it ends during a day."""
    return _deadline(due, get_language())


@lru_cache(4096)
def _deadline(due: datetime | date, _language: str | None) -> str:
    """A page has dozens, and most of them are few different ones."""
    day = date_format(last_day(due), "DATE_FORMAT")
    local = timezone.localtime(due) if isinstance(due, datetime) else None
    if local is None or local.time() == time():
        return _("24:00 on %s") % day
    return _("%(hour)s on %(day)s") % {"hour": local.strftime("%H:%M"), "day": day}


def day_in_words(moment: datetime) -> str:
    """The day of a moment, in China's time zone."""
    return _written(timezone.localdate(moment), "DATE_FORMAT", get_language())


def short_day(value: datetime | date) -> str:
    """Month and day where there is little room, with the year unless it is the present one."""
    day = timezone.localdate(value) if isinstance(value, datetime) else value
    this_year = day.year == timezone.localdate().year
    return _written(day, "MONTH_DAY_FORMAT" if this_year else "DATE_FORMAT", get_language())


@lru_cache(4096)
def _written(day: date, form: str, _language: str | None) -> str:
    return date_format(day, form)


def days_left(due: datetime | date) -> int:
    """Calendar days from today to the last day: 0 on that day, negative after it."""
    return (last_day(due) - timezone.localdate()).days


def is_over(due: datetime | date) -> bool:
    return due <= timezone.now() if isinstance(due, datetime) else due < timezone.localdate()


def remaining(due: datetime | date) -> str:
    """The time left or overdue, in words: "还剩11天", "今天截止", "已超期2天"."""
    return _remaining(days_left(due), is_over(due), get_language())


@lru_cache(4096)
def _remaining(days: int, over: bool, _language: str | None) -> str:
    if over:
        return (
            ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days} if days < 0 else _("over since today")
        )
    return (
        ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
        if days
        else pgettext("deadline", "ends today")
    )


def deadline_left(due: datetime | date) -> str:
    """The deadline and the time left."""
    return _("%(deadline)s (%(remaining)s)") % {"deadline": deadline(due), "remaining": remaining(due)}
