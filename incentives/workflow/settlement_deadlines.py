"""An open clawback is a follow-up of the county's finance; late, it goes up, and only settling it ends it.

Its own notice tells finance of it, anew whenever the star moves (``incentives.workflow.clawbacks``).
"""

from accounts.models import User
from accounts.roles import Role
from followups import time_limits
from followups import workflow as followups
from followups.offices import Office
from followups.workflow import Opening
from incentives.models import Clawback
from incentives.settlements import FOLLOW_UP


def follow(clawback: Clawback) -> None:
    """Open its follow-up. Idempotent."""
    line = clawback.line
    source = line.source
    opening = Opening(
        FOLLOW_UP,
        clawback.pk,
        line.passed_to or line.unit,
        Office(source.unit_id, Role.FINANCE),
        time_limits.due(FOLLOW_UP, source.unit_id),
        f"{source.get_absolute_url()}#clawback{clawback.pk}",
        {"name": source.name},
    )
    followups.open_followup(opening, by=None)


def settled(clawback: Clawback, *, by: User) -> None:
    followups.finish(FOLLOW_UP, [clawback.pk], by=by)


def lapsed(clawback: Clawback, *, reason: str) -> None:
    """The star is back, or there is another answer: nothing is to be settled any more."""
    followups.call_off(FOLLOW_UP, [clawback.pk], by=None, reason=reason)
