"""What a person may do next with a policy or fund: ``incentives.models.lifecycle`` for one person.

Pages, API, workflow and tests share it.
"""

from django.utils.translation import gettext as _

from accounts.departments import departments_held, staff
from accounts.models import User
from accounts.roles import COUNTIES
from incentives.models import Source
from incentives.models.lifecycle import STEPS, WRITE_OWN
from incentives.source_state import is_idle
from records.actions import Actions
from records.lifecycle import Step
from villages.models import Unit


def open_to(user: User, step: Step, source: Source) -> bool:
    """Whether ``user`` holds the permission for the source's county; of the permissions to write, the one for
    its kind, or for what a department writes itself. Finance alone commits and pays."""
    return user.has_perm(_permission(step, source), source)


def _permission(step: Step, source: Source) -> str:
    if source.written_by and WRITE_OWN in step.permissions:
        return WRITE_OWN
    return source.MANAGE if source.MANAGE in step.permissions else step.permission


def writers(user: User, kind: type[Source], county: Unit) -> list[str]:
    """For whom ``user`` may draft in ``county``: "" for finance, then names of departments."""
    if county.level not in COUNTIES:
        return []
    own = sorted(name for code, name in departments_held(user, WRITE_OWN) if code == county.code)
    return ["", *own] if user.has_perm(kind.MANAGE, county) else own


def _moved_on(user: User, source: Source) -> str:
    return _("“%(name)s” is now at “%(state)s”.") % {"name": source, "state": source.get_state_display()}


def _hindrance(user: User, step: Step, source: Source) -> str:
    """Amounts are committed once, where somebody holds a star for which there is money, and paid while something is
    owed and not frozen. What has people of its own to go on with it is not handed over, nor where there is nobody to
    take it."""
    if step.verb == "hand_over":
        if not source.orphaned:
            return _("Those who wrote it can go on with it.")
        if not staff(source.unit_id, WRITE_OWN):
            return _("No department here has anybody who could take it over. Please appoint somebody first.")
    if step.verb == "grant" and is_idle(source):
        return _("There is nobody yet to grant anything to.")
    done = source.granted if step.verb == "grant" else step.verb == "disburse" and not source.payable
    return _("This has been done already.") if done else ""


ACTIONS: Actions[Source] = Actions(STEPS, open_to, _moved_on, _hindrance)
available, require = ACTIONS.available, ACTIONS.require
