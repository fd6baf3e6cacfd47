"""When a step of a cycle may be done (时限, domain §3)."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ratings.models import Cycle, Window
from ratings.models.cycle import Step
from records.refusals import WrongState


def window(cycle: Cycle, step: str) -> Window | None:
    return next((window for window in cycle.windows.all() if window.step == step), None)


def require_open(cycle: Cycle, step: str, at: datetime | None = None) -> None:
    """Raise ``WrongState`` unless the cycle is open and ``step`` is within its window at the moment ``at`` (now)."""
    if cycle.state != Cycle.State.OPEN:
        raise WrongState(_("The rating of %s is closed.") % cycle.year)
    require_not_over(cycle, step, at)
    opens = window(cycle, step).opens
    if (at or timezone.now()) < opens:
        raise WrongState(_("“%(step)s” opens on %(day)s.") % {"step": Step(step).label, "day": moment(opens)})


def require_applying(cycle: Cycle, units: Collection[str], at: datetime | None = None) -> None:
    """``require_open`` for applying, where the time may have been reopened for each of ``units`` (by code)."""
    try:
        require_open(cycle, Step.APPLY, at)
    except WrongState:
        reopened = cycle.extensions.filter(unit__in=units, closes__gt=at or timezone.now())
        if cycle.state != Cycle.State.OPEN or reopened.count() < len(set(units)):
            raise


def require_not_over(cycle: Cycle, step: str, at: datetime | None = None) -> None:
    """Raise ``WrongState`` when the window is over; coming early is welcome, and exceptions of a closed cycle go on."""
    if cycle.state == Cycle.State.CLOSED:
        return
    of_step = window(cycle, step)
    if of_step is None:
        raise WrongState(_("No time has been set for “%s” yet.") % Step(step).label)
    if (at or timezone.now()) >= of_step.closes:
        raise WrongState(_("“%(step)s” closed on %(day)s.") % {"step": Step(step).label, "day": until(of_step.closes)})


def moment(at: datetime) -> str:
    """A day and an hour in China's time, in the reader's language."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def until(at: datetime) -> str:
    """The same for an end: midnight is 24:00 of the day before."""
    local = timezone.localtime(at)
    if local.time() == time():
        return f"{date_format(local - timedelta(days=1), 'DATE_FORMAT')} 24:00"
    return moment(at)
