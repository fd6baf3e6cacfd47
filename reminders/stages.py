"""When whom to remind: pure calculation in working days before and after the last day of a step."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from records.deadlines import last_day
from villages.models import prefixes

AGAIN_EVERY = 5
"""Working days after which all who have been reminded of a late step are reminded again."""


@dataclass(frozen=True)
class Rule:
    """``before`` the last day: whoever's turn it is; ``office`` and ``above``: days after it."""

    LABELS: ClassVar[Mapping[str, Any]] = {
        "before": _("Working days before"),
        "office": _("Working days after, the office"),
        "above": _("Working days after, the level above"),
    }
    before: int = 3
    office: int = 1
    above: int = 5

    def fires(self, was: int, now: int, *, since: int) -> bool:
        """Whether a stage lies between two positions (``position``), of those that begin ``since``."""
        stages = {-self.before, 0, self.office, self.above}
        again = range(self.above + AGAIN_EVERY, now + 1, AGAIN_EVERY)
        return any(was < stage <= now for stage in {*stages, *again} if stage >= since)


DEFAULT = Rule()
MOST_DAYS = 60


def rule_for(rules: Mapping[tuple[str, str], Rule], unit: str, step: str) -> Rule:
    """Of the ``rules`` by unit and step the nearest at or above ``unit``."""
    return next((rules[code, step] for code in reversed(prefixes(unit)) if (code, step) in rules), DEFAULT)


def position(working_days: Sequence[date], last_day: date, today: date) -> int:
    """Working days from the last day of a step until ``today``: negative before it, 0 on it."""
    return bisect_right(working_days, today) - bisect_right(working_days, last_day)


@dataclass(frozen=True)
class ReminderDay:
    """The day of a run: ``before`` is the day of the last one. ``rules`` by unit and step."""

    today: date
    before: date
    working_days: Sequence[date]
    rules: Mapping[tuple[str, str], Rule]

    def positions(self, due: datetime) -> tuple[int, int]:
        last = last_day(due)
        return position(self.working_days, last, self.before), position(self.working_days, last, self.today)


def told_days(working_days: Sequence[date], before: date, today: date, *, ahead: int, period: int) -> list[date]:
    """The days on which ``period`` working days began that now, since the day ``before``, end in ``ahead`` of them."""
    last_days = range(bisect_right(working_days, before) + ahead, bisect_right(working_days, today) + ahead)
    days: list[date] = []
    for last in last_days:
        if 0 < last - period + 1 < len(working_days):
            day = working_days[last - period]
            while day < working_days[last - period + 1]:
                days.append(day)
                day += timedelta(days=1)
    return days
