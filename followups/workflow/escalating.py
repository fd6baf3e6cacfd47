"""Late follow-ups go up: at once to the next level, and after some working days more to the one above that."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.working_days import working_days_between
from followups.kinds import KINDS
from followups.models import FollowUp
from followups.offices import Office, office_above
from followups.workflow.actions import require
from followups.workflow.telling import responsible_of, tell
from records import audit
from records.refusals import WrongState

EACH_LEVEL = 5
"""Working days after which the level above the last one is told."""


def escalate(followup: FollowUp, *, by: User | None) -> FollowUp:
    """Take it to the next level above; both that office and the responsible one are told.

    Raises ``NotAllowed``; ``WrongState`` if it is not waiting to be done, or there is no level above.
    """
    with transaction.atomic(), audit.acting(by, "escalate_followup"):
        rows = FollowUp.objects.select_for_update(of=("self",))
        fresh = rows.select_related("unit", "responsible_unit", "checker_unit").get(pk=followup.pk)
        require("escalate_followup", by, fresh)
        above = next_level(fresh)
        if above is None:
            raise WrongState(_("There is no level above."))
        fresh.escalation += 1
        fresh.escalated_to_id, fresh.escalated_at = above.unit, timezone.now()
        fresh.save()
        tell(fresh, "late", [responsible_of(fresh), above], person=fresh.person_id)
    return fresh


def escalate_late(now: datetime | None = None) -> int:
    """The clock: take every late follow-up up whose turn it is, unless a warning does; how many. Idempotent."""
    now = now or timezone.now()
    warned = [key for key, kind in KINDS.items() if kind.warned]
    late = FollowUp.objects.late(now).exclude(kind__in=warned).order_by("pk")
    due = [one for one in late if one.escalated_at is None or _waited(one.escalated_at, now)]
    moved = [one for one in due if next_level(one) is not None]
    for one in moved:
        escalate(one, by=None)
    return len(moved)


def next_level(followup: FollowUp) -> Office | None:
    """The leading office above the one that was told last."""
    return office_above(followup.escalated_to_id or followup.responsible_unit_id)


def _waited(since: datetime, now: datetime) -> bool:
    first, last = timezone.localdate(since), timezone.localdate(now)
    return len(working_days_between(first, last)) > EACH_LEVEL
