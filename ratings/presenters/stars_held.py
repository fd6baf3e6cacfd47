"""The stars that a unit has held, as anybody may see them."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from ratings.models import Decision, StarPeriod


class StarHeld(NamedTuple):
    """``last_day``: None while it continues."""

    star: int
    since: date
    last_day: date | None
    decision: Decision


def stars_held(periods: Iterable[StarPeriod]) -> list[StarHeld]:
    """``periods`` of a unit, in order, the latest first.

    Periods that follow one another with the same star and decision are one: they differ by the effects of events, and
    the day of an event that nobody may know of yet would be told by where it begins.
    """
    runs = [list(run) for _same, run in groupby(periods, lambda period: (period.star, period.decision_id))]
    return [StarHeld(run[0].star, run[0].during.lower, run[-1].last_day, run[0].decision) for run in reversed(runs)]
