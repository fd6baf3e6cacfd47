"""A city or county sets when those concerned with a step are reminded."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from records import audit
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed
from reminders.models import DueStep, ReminderRule
from reminders.stages import MOST_DAYS, Rule
from villages.models import Level, Unit

SETTING_LEVELS = (Level.CITY, Level.COUNTY, Level.ZONE)


def own_rules(unit: Unit) -> dict[str, list[int]]:
    """What ``unit`` itself has set, by step: the days of ``Rule``."""
    return {
        one.step: [one.before, one.office_after, one.above_after]
        for one in ReminderRule.objects.filter(unit=unit).order_by("step")
    }


def set_rules(unit: Unit, rules: Mapping[str, Rule | None], *, by: User, expected: Any = None) -> Unit:
    """Set the rule of each step in ``rules``; None: what the level above says.

    Raises ``NotAllowed``; ``Incomplete`` where the level above would not come after the office; ``Outdated``.
    """
    if not by.has_perm(ReminderRule.SET, unit) or unit.level not in SETTING_LEVELS:
        raise NotAllowed
    problems = {
        step: _("First the office, later the level above: at most %(most)s days.") % {"most": MOST_DAYS}
        for step, rule in rules.items()
        if rule and not (0 <= rule.before <= MOST_DAYS and 1 <= rule.office < rule.above <= MOST_DAYS)
    }
    if problems:
        raise Incomplete(_("These days do not fit together."), problems)
    with transaction.atomic(), audit.acting(by, "set_reminder_rules"):
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        before = own_rules(unit)
        require_unchanged(expected, before)
        for step in DueStep.values:
            if step in rules:
                _set(unit, step, before.get(step), rules[step])
    return unit


def _set(unit: Unit, step: str, before: list[int] | None, rule: Rule | None) -> None:
    if rule is None:
        ReminderRule.objects.filter(unit=unit, step=step).delete()
    elif before != [rule.before, rule.office, rule.above]:
        days = {"before": rule.before, "office_after": rule.office, "above_after": rule.above}
        ReminderRule.objects.update_or_create(unit=unit, step=step, defaults=days)
