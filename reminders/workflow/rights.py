"""A right that ends is told of once, before its last day: to appeal. Nobody is late with it, and nobody else is told.

Whoever objects to a public notice has no account to be reminded by.
"""

from accounts.role_holders import holders
from accounts.roles import ROLES
from ratings.application.correction import filling_office
from reminders.due import Due
from reminders.models import DueStep
from reminders.stages import DEFAULT, ReminderDay, rule_for, told_days
from reviews.appeals.appeal_rights import AppealRight, appeal_periods, appeal_rights, units_told_on
from reviews.models.lifecycle import APPEAL


def ending(day: ReminderDay) -> list[Due]:
    """What may be appealed for as many working days more as the rule of its place says, and by whom."""
    ahead = {rule.before for (_unit, step), rule in day.rules.items() if step == DueStep.APPEAL} | {DEFAULT.before}
    told_on = {
        told
        for days in ahead
        for period in appeal_periods()
        for told in told_days(day.working_days, day.before, day.today, ahead=days, period=period)
    }
    units = units_told_on(told_on) if told_on else set()
    rights = [one for one in appeal_rights(units) if _is_near(one, day)] if units else []
    signers = holders(
        [role for role, spec in ROLES.items() if APPEAL in spec.permissions], {r.unit.code for r in rights}
    )
    return [
        Due(
            one.unit.code,
            DueStep.APPEAL,
            filling_office(one.unit.code),
            one.due,
            None,
            one.url,
            tuple(sorted(signers.get(one.unit.code, ()))),
        )
        for one in rights
    ]


def _is_near(right: AppealRight, day: ReminderDay) -> bool:
    was, now = day.positions(right.due)
    return was < -rule_for(day.rules, right.unit.code, DueStep.APPEAL).before <= now
