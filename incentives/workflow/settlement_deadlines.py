"""An open clawback is a follow-up of the county's finance; late, it goes up, and only settling it ends it.

Its own notice tells finance of it, again whenever the star moves (``incentives.workflow.clawbacks``).
"""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from accounts.roles import Role
from followups import time_limits
from followups import workflow as followups
from followups.offices import Office
from followups.workflow import Opening
from incentives.models import Clawback
from incentives.settlements import FOLLOW_UP


def follow(clawbacks: Iterable[Clawback]) -> None:
    """Open their follow-ups. Idempotent."""
    clawbacks = list(clawbacks)
    if clawbacks:
        until = time_limits.dues(FOLLOW_UP)
        followups.open_all((_opening(one, until(one.line.source.unit_id)) for one in clawbacks), by=None)


def _opening(clawback: Clawback, due_at: datetime) -> Opening:
    line = clawback.line
    source = line.source
    return Opening(
        FOLLOW_UP,
        clawback.pk,
        line.passed_to or line.unit,
        Office(source.unit_id, Role.FINANCE),
        due_at,
        f"{source.get_absolute_url()}#clawback{clawback.pk}",
        {"name": source.name},
    )


def settled(clawback: Clawback, *, by: User) -> None:
    followups.finish(FOLLOW_UP, [clawback.pk], by=by)


def lapsed(clawback: Clawback, *, reason: str) -> None:
    """The star is back, or there is another answer: nothing is to be settled any more."""
    followups.call_off(FOLLOW_UP, [clawback.pk], by=None, reason=reason)
