"""To whom a follow-up may be handed on: offices between the one who hands it on and the place it is about."""

from typing import NamedTuple

from django.utils import timezone

from accounts.models import Appointment, User
from accounts.roles import ROLES
from followups.models import FollowUp
from followups.models.lifecycle import ANSWER, SUPERVISE
from followups.offices import unknown_to
from followups.workflow.actions import is_responsible
from villages.models import prefixes

ANSWERING = [role for role, spec in ROLES.items() if ANSWER in spec.permissions]


class Assignee(NamedTuple):
    """An office, or one person (by id) of it; ``name`` in words."""

    unit: str
    role: str
    person: int | None = None


def assignees(followup: FollowUp, by: User) -> dict[Assignee, str]:
    """Offices that have holders today, and each of these, with their names; not the one that checks."""
    tops = [code for code in by.reach(SUPERVISE) if followup.responsible_unit_id.startswith(code)]
    if is_responsible(by, followup):
        tops.append(followup.responsible_unit_id)
    line = [code for code in prefixes(followup.unit_id) if any(code.startswith(top) for top in tops)]
    if followup.spec.own_steps:  # the right to take that step stands with this office
        line = [code for code in line if code == followup.responsible_unit_id]
    kept_from = unknown_to(followup.kind, [followup.unit_id]).get(followup.unit_id, ())
    held = Appointment.objects.on(timezone.localdate()).filter(unit__in=line, role__in=ANSWERING)
    held = held.exclude(user__in=kept_from)
    found: dict[Assignee, str] = {}
    for post in held.select_related("unit", "user").order_by("unit", "role", "user__name"):
        if (post.unit_id, post.role) == (followup.checker_unit_id, followup.checker_role):
            continue
        if followup.spec.own_steps and post.role != followup.responsible_role:
            continue
        office = f"{post.unit.name} {post.office}"
        found.setdefault(Assignee(post.unit_id, post.role), office)
        found[Assignee(post.unit_id, post.role, post.user_id)] = f"{office} · {post.user.name}"
    return found
