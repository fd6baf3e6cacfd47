"""When a step of a cycle may be done (时限, practice §3)."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ratings.models import Application, Cycle, Extension, Transition, Window
from ratings.models.cycle import CycleStep
from records.deadlines import deadline
from records.refusals import WrongState


def require_open(cycle: Cycle, step: str, at: datetime | None = None) -> None:
    """Raise ``WrongState`` unless the cycle is open and ``step`` is within its window at the time ``at``
    (default now)."""
    if cycle.state != Cycle.State.OPEN:
        raise WrongState(_("The rating of %s is closed.") % cycle.year)
    require_not_over(cycle, step, at=at)
    _require_begun(cycle, step, at)


def require_applying(cycle: Cycle, units: Collection[str], at: datetime | None = None) -> None:
    """``require_open`` for applying, where the window may have been extended for each of ``units`` (by code)."""
    try:
        require_open(cycle, CycleStep.APPLY, at)
    except WrongState:
        if cycle.state != Cycle.State.OPEN or not _all_extended(cycle, CycleStep.APPLY, units, at):
            raise


def require_reviewing(applications: Collection[Application], step: str, at: datetime | None = None) -> None:
    """Raise ``WrongState`` unless each of ``applications`` may be reviewed (scored, decided, …) at ``at`` (default
    now).

    That is within the window of ``step`` (township or county review), or its unit's extension. Windows do not apply to
    what is late by nature: exceptions of a closed cycle, and what has been under public notice or rejected and is
    reviewed again (objection upheld, appeal won). Pass applications that share their prefetched cycles: then it costs
    at most two queries.
    """
    waiting = [a for a in applications if a.cycle.state != Cycle.State.CLOSED]
    for cycle in {a.cycle_id: a.cycle for a in waiting}.values():
        mine = [a for a in waiting if a.cycle_id == cycle.pk]
        try:
            require_not_over(cycle, step, at=at)
            _require_begun(cycle, step, at)
        except WrongState:
            anew = Transition.objects.filter(application__in=mine, from_state__in=Application.State.RESULT_OUT)
            late = anew.values_list("application", flat=True)
            if not _all_extended(cycle, step, {a.unit_id for a in mine if a.pk not in set(late)}, at):
                raise


def require_not_over(cycle: Cycle, step: str, units: Collection[str] = (), at: datetime | None = None) -> None:
    """Raise ``WrongState`` when the window is over; being early is allowed, and exceptions of a closed cycle continue.

    The window is longer where each of ``units`` (by code) has an extension.
    """
    if cycle.state == Cycle.State.CLOSED:
        return
    of_step = cycle.window(step)
    if of_step is None:
        raise WrongState(_("No time has been set for “%s” yet.") % CycleStep(step).label)
    over = (at or timezone.now()) >= of_step.closes
    if over and not (units and _all_extended(cycle, step, units, at)):
        raise WrongState(
            _("“%(step)s” closed on %(day)s.") % {"step": CycleStep(step).label, "day": deadline(of_step.closes)}
        )


def _require_begun(cycle: Cycle, step: str, at: datetime | None) -> None:
    of_step = cycle.window(step)
    if of_step and (at or timezone.now()) < of_step.opens:
        raise WrongState(opens_on(step, of_step.opens))


def opens_on(step: str, opens: datetime) -> str:
    return _("“%(step)s” opens on %(day)s.") % {"step": CycleStep(step).label, "day": moment(opens)}


def _all_extended(cycle: Cycle, step: str, units: Collection[str], at: datetime | None) -> bool:
    """Whether each of ``units`` (by code) has an extension in ``step``."""
    given = cycle.extensions.filter(unit__in=units, step=step, closes__gt=at or timezone.now())
    return given.count() == len(set(units))


def hold_open(cycles: Collection[int]) -> None:
    """Nobody may close these cycles (by id) or change their windows until the end of this transaction; a shared lock.

    Taken before any application is locked, in the same order as ``workflow.cycle`` takes its locks. Once a cycle is
    found open afterwards, or an application in a state that a closing looks at, that holds until the end.
    """
    with connection.cursor() as cursor:
        cursor.execute("select from ratings_cycle where id = any(%s) order by id for share", [sorted(cycles)])


def moment(at: datetime) -> str:
    """A date and time in China Standard Time, in the reader's language."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def in_force(cycle: Cycle, step: str, units: Collection[str]) -> dict[str, datetime | None]:
    """The deadline of ``step`` for each of ``units`` (by code), extensions included; None: no window is set, or the
    cycle is closed."""
    of_step = cycle.window(step) if cycle.state == Cycle.State.OPEN else None
    if of_step is None:
        return dict.fromkeys(units)
    given = dict(cycle.extensions.filter(unit__in=units, step=step).values_list("unit", "closes"))
    return {unit: max(of_step.closes, given.get(unit, of_step.closes)) for unit in units}


def closes_for(step: str | OuterRef, *, cycle: str, unit: str) -> Greatest:
    """The same as an expression, of the fields ``cycle`` and ``unit`` of a row."""
    running = {"cycle": OuterRef(cycle), "cycle__state": Cycle.State.OPEN, "step": step}
    of_step = Window.objects.filter(**running).values("closes")
    more = Extension.objects.filter(**running, unit=OuterRef(unit)).values("closes")
    return Greatest(Subquery(of_step), Subquery(more))
