"""A city or county sets how many working days its steps have, and when those concerned are reminded."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from followups.kinds import KINDS
from followups.time_limits import LIMITS, name_of
from followups.workflow import limiting
from followups.workflow.limiting import Days
from records import audit
from records.previews import as_stored, require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from reminders.due import due_in
from reminders.models import DueStep, ReminderRule
from reminders.stages import MOST_DAYS, Rule
from reminders.visible import visible
from villages.models import Level, Unit

SETTING_LEVELS = (Level.CITY, Level.COUNTY, Level.ZONE)


def own_rules(unit: Unit) -> dict[str, list[int]]:
    """What ``unit`` itself has set, by step: the days of ``Rule``."""
    return {
        one.step: [one.before, one.office_after, one.above_after]
        for one in ReminderRule.objects.filter(unit=unit).order_by("step")
    }


class Unconfirmed(WrongState):
    """What is open now would change, and the page has not said so yet."""


@dataclass(frozen=True)
class OpenChange:
    """What another time limit of ``step`` does to what is open: how many get ``more`` time, how many have ``kept``
    their day, and of how many the day is counted ``anew``."""

    step: str
    more: int = 0
    kept: int = 0
    anew: int = 0

    @property
    def name(self) -> str:
        return name_of(self.step)


def open_changes(unit: Unit, limits: Days, *, by: User) -> list[OpenChange]:
    """What these time limits would do to what is open at or below ``unit``, as far as ``by`` may know of it."""
    found = [OpenChange(step, more, kept) for step, (more, kept) in limiting.moved(unit, limits, by=by).items()]
    counted = {step for step in limiting.changed(unit, limits) if step not in KINDS and not LIMITS[step].offered}
    if counted:
        waiting = Counter(one.step for one in visible(by, due_in([unit.code])))
        found += [OpenChange(step, anew=waiting[DueStep(step)]) for step in sorted(counted) if waiting[DueStep(step)]]
    return found


def standing_of(unit: Unit, changes: Iterable[OpenChange] = ()) -> dict[str, Any]:
    """What the page shows: what the unit has set itself, and what the new limits would do to what is open."""
    return {
        "rules": own_rules(unit),
        "limits": limiting.own_limits(unit),
        "changes": [astuple(change) for change in changes],
    }


def set_rules(
    unit: Unit, rules: Mapping[str, Rule | None], *, limits: Days | None = None, by: User, expected: Any = None
) -> Unit:
    """Set the rule of each step in ``rules`` and the time limit of each in ``limits``; None: what the level above says.

    Raises ``NotAllowed``; ``Incomplete`` where the level above would not come after the office; ``Outdated`` when
    others set them meanwhile; ``Unconfirmed`` when ``expected`` (``standing_of``) does not say what becomes of what is
    open.
    """
    if not by.has_perm(ReminderRule.SET, unit) or unit.level not in SETTING_LEVELS:
        raise NotAllowed
    problems = {
        f"{step}_above": _("First the office, later the level above: at most %(most)s days.") % {"most": MOST_DAYS}
        for step, rule in rules.items()
        if rule and not (0 <= rule.before <= MOST_DAYS and 1 <= rule.office < rule.above <= MOST_DAYS)
    }
    if problems:
        raise Incomplete(_("These days do not fit together."), problems)
    limiting.require_within_bounds(limits or {})
    with transaction.atomic(), audit.acting(by, "set_reminder_rules"):
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        before = own_rules(unit)
        changes = open_changes(unit, limits or {}, by=by)
        _require_seen(expected, unit, changes)
        limiting.set_limits(unit, limits or {}, by=by)
        for step in DueStep.values:
            if step in rules:
                _set(unit, step, before.get(step), rules[step])
    return unit


def _require_seen(expected: Any, unit: Unit, changes: list[OpenChange]) -> None:
    if expected is None:
        return
    require_unchanged({**expected, "changes": []}, standing_of(unit))
    if expected != as_stored(standing_of(unit, changes)):
        raise Unconfirmed(_("This changes what is open now, as shown below. Save again if that is right."))


def _set(unit: Unit, step: str, before: list[int] | None, rule: Rule | None) -> None:
    if rule is None:
        ReminderRule.objects.filter(unit=unit, step=step).delete()
    elif before != [rule.before, rule.office, rule.above]:
        days = {"before": rule.before, "office_after": rule.office, "above_after": rule.above}
        ReminderRule.objects.update_or_create(unit=unit, step=step, defaults=days)
