"""What the year before offers to the one that is opened: its times, moved by whole years, and its panel."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import User
from accounts.role_holders import holders
from accounts.working_days import last_of, working_days_between
from ratings.models import Cycle, Scheme, Stage
from ratings.models.cycle import CycleStep
from ratings.workflow.cycle import STEPS_OF
from records.deadlines import last_day
from reviews.models import Seat
from reviews.models.review_levels import REVIEW_LEVELS

USUAL = {
    CycleStep.APPLY: ((11, 1), 20),
    CycleStep.TOWNSHIP_REVIEW: ((11, 15), 25),
    CycleStep.COUNTY_REVIEW: ((12, 10), 30),
}
"""Where there is no year before: the day on which each step opens, and its working days."""


@dataclass(frozen=True)
class WorkingWindow:
    """A step opens at 0:00 of ``opens`` and closes at 24:00 of the last of its working ``days``."""

    opens: date
    days: int

    @cached_property
    def last(self) -> date:
        return last_of(self.opens, self.days)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return _midnight(self.opens), _midnight(self.last + timedelta(days=1))


def year_before(scheme: Scheme) -> Cycle | None:
    """The latest rating of an earlier year at the same level."""
    earlier = Cycle.objects.filter(unit=scheme.unit_id, scheme__rates=scheme.rates, year__lt=scheme.year)
    return earlier.prefetch_related("windows").order_by("-year").first()


def windows_of(cycle: Cycle | None) -> dict[str, WorkingWindow]:
    """The times of ``cycle`` by step, as they were."""
    found = {}
    for window in cycle.windows.all() if cycle else ():
        first, last = timezone.localdate(window.opens), last_day(window.closes)
        found[window.step] = WorkingWindow(first, max(1, len(working_days_between(first, last))))
    return found


def offered_windows(scheme: Scheme, before: Cycle | None) -> dict[str, WorkingWindow]:
    """The steps of the level, each as long as last year, from the same day on, or the first working day after it."""
    last = windows_of(before)
    offered = {}
    for step in STEPS_OF[scheme.rates]:
        (month, day), days = USUAL[step]
        of_step = last.get(step)
        if of_step is None:
            offered[step] = WorkingWindow(_working_from(date(scheme.year, month, day)), days)
        else:
            offered[step] = WorkingWindow(_working_from(_moved(of_step.opens, scheme.year - before.year)), of_step.days)
    return offered


def reviewers_of(scheme: Scheme) -> list[User]:
    """Who may sit on the county's panel, by name."""
    held = holders([REVIEW_LEVELS[Stage.COUNTY].reviewer], [scheme.unit_id]).get(scheme.unit_id, [])
    return list(User.objects.filter(pk__in=held).order_by("name", "username"))


def seated_before(before: Cycle | None) -> set[int]:
    """Who sat on the county's panel of the year before (ids)."""
    if before is None:
        return set()
    seats = Seat.objects.filter(panel__cycle=before, panel__unit=before.unit_id, panel__stage=Stage.COUNTY)
    return set(seats.filter(passed_to=None).values_list("reviewer_id", flat=True))


def _moved(day: date, years: int) -> date:
    """29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


def _working_from(day: date) -> date:
    return last_of(day, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
