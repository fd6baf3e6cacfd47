"""What a person may do next with a policy or fund: ``incentives.models.lifecycle`` for one person.

Pages, API, workflow and tests share it.
"""

from django.utils.translation import gettext as _

from accounts.authority import departments_held
from accounts.models import User
from accounts.roles import COUNTIES
from incentives.models import Source
from incentives.models.lifecycle import STEPS, WRITE_OWN
from records.lifecycle import Step
from records.refusals import NotAllowed, WrongState
from villages.models import Unit


def open_to(user: User, step: Step, source: Source) -> bool:
    """Whether ``user`` holds the permission for the source's county; of the permissions to write, the one for
    its kind, or for what a department writes itself. Finance alone commits and pays."""
    return user.has_perm(_permission(step, source), source)


def _permission(step: Step, source: Source) -> str:
    if source.written_by and WRITE_OWN in step.permissions:
        return WRITE_OWN
    return source.MANAGE if source.MANAGE in step.permissions else step.permission


def writes_for(user: User, kind: type[Source], county: Unit) -> str | None:
    """For whom ``user`` drafts in ``county``: the name of a department, "" for finance, None for nobody."""
    if county.level not in COUNTIES:
        return None
    if user.has_perm(kind.MANAGE, county):
        return ""
    return next((name for code, name in departments_held(user, WRITE_OWN) if code == county.code), None)


def _in_time(step: Step, source: Source) -> bool:
    """Amounts are committed once, and paid while something is owed and not frozen."""
    if step.verb == "grant":
        return not source.granted
    return step.verb != "disburse" or source.payable


def available(user: User, source: Source) -> list[Step]:
    """The steps available to ``user`` now, in the order of a source's life."""
    here = (step for step in STEPS.offered if source.state in step.states)
    return [step for step in here if open_to(user, step, source) and _in_time(step, source)]


def require(verb: str, user: User, source: Source) -> None:
    """Raise ``NotAllowed`` or ``WrongState`` unless ``user`` may take this step with ``source`` now."""
    step = STEPS[verb]
    if not open_to(user, step, source):
        raise NotAllowed
    if source.state not in step.states:
        raise WrongState(_("“%(name)s” is now at “%(state)s”.") % {"name": source, "state": source.get_state_display()})
    if not _in_time(step, source):
        raise WrongState(_("This has been done already."))
