"""A city or county sets the working days of its steps. What is open gets more time with it, never less: nobody's
deadline is brought forward after they have been told of it. What is late or escalated already remains so."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from followups.due import working_days_due
from followups.models import FollowUp, FollowUpState, TimeLimit
from followups.models.time_limit import LEAST, MOST
from followups.time_limits import LIMITS
from followups.workflow.opening import postpone
from records import audit
from records.refusals import Incomplete
from villages.models import Unit, below, below_any, prefixes

Days = Mapping[str, int | None]
"""By step; None: what the level above says."""
FIELD = "limit_"
"""Before a step: the field with its days."""


def own_limits(unit: Unit) -> dict[str, int]:
    """What ``unit`` itself has set, by step."""
    return dict(TimeLimit.objects.filter(unit=unit, step__in=LIMITS).values_list("step", "days"))


def limits_above(unit: Unit) -> dict[str, int]:
    """By step what would hold without the unit's own limits."""
    above = prefixes(unit.code)[:-1]
    rows = TimeLimit.objects.filter(unit__in=above).order_by("unit_id")
    return {step: limit.days for step, limit in LIMITS.items()} | dict(rows.values_list("step", "days"))


def changed(unit: Unit, days: Days) -> dict[str, int]:
    """The steps whose working days would be others, with these."""
    above = limits_above(unit)
    now = above | own_limits(unit)
    would_be = {step: above[step] if given is None else given for step, given in days.items() if step in above}
    return {step: given for step, given in would_be.items() if given != now[step]}


def moved(unit: Unit, days: Days, *, by: User) -> dict[str, tuple[int, int]]:
    """By step that would change: how many open follow-ups would get more time, and how many keep their day, of those
    that ``by`` may see."""
    found, seen = {}, FollowUp.objects.seen_by(by)
    for step, given in changed(unit, days).items():
        open_ones = list(_governed(unit, step).filter(pk__in=seen.values("pk")))
        more = len(_later(open_ones, given))
        if open_ones:
            found[step] = more, len(open_ones) - more
    return found


def require_within_bounds(days: Days) -> None:
    """Raises ``Incomplete``."""
    problems = {
        f"{FIELD}{step}": _("From %(least)s to %(most)s working days.") % {"least": LEAST, "most": MOST}
        for step, given in days.items()
        if given is not None and not LEAST <= given <= MOST
    }
    if problems:
        raise Incomplete(_("These days do not fit together."), problems)


def set_limits(unit: Unit, days: Days, *, by: User) -> None:
    """Set the working days of each step in ``days``; whoever calls this has asked whether ``by`` may.

    Raises ``Incomplete`` for days out of bounds.
    """
    require_within_bounds(days)
    with transaction.atomic(), audit.acting(by, "set_time_limits"):
        changes = changed(unit, days)
        for step, given in days.items():
            if given is None:
                TimeLimit.objects.filter(unit=unit, step=step).delete()
            elif own_limits(unit).get(step) != given:
                TimeLimit.objects.update_or_create(unit=unit, step=step, defaults={"days": given})
        for step, given in changes.items():
            waiting = _governed(unit, step).select_for_update(of=("self",))  # so that none goes up meanwhile
            postpone(step, _later(waiting, given), by=by)


def _governed(unit: Unit, step: str) -> QuerySet[FollowUp]:
    """What is to be done at or below ``unit`` and follows its limit: no unit between has one of its own, and no form
    chose the day."""
    if LIMITS[step].offered:
        return FollowUp.objects.none()
    nearer = TimeLimit.objects.filter(below(unit.code, "unit_id"), step=step).exclude(unit=unit)
    rows = FollowUp.objects.filter(below(unit.code, "unit_id"), kind=step, state=FollowUpState.OPEN)
    return rows.exclude(below_any(set(nearer.values_list("unit", flat=True)), "unit_id")).order_by("pk")


def _later(open_ones: Any, days: int) -> dict[str, datetime]:
    """By subject the new moment of those that get more time: no office takes its own lateness away, nor what the level
    above has been told."""
    until, now = cache(lambda day: working_days_due(days, day)), timezone.now()
    in_time = [one for one in open_ones if one.due_at > now and one.escalated_at is None]
    moments = {one: until(timezone.localdate(one.opened_at)) for one in in_time}
    return {one.subject: moment for one, moment in moments.items() if moment > one.due_at}
