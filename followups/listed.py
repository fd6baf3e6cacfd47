"""The list of follow-ups: what is shown of each, as plain values (``include_kept``)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from followups.models import FollowUp
from villages.townships import Townships

SHOWN = ("unit", "responsible_unit", "person", "escalated_to")


class Escalated(NamedTuple):
    name: str


class FollowUpRow(NamedTuple):
    """What the list shows of a follow-up, by the names that it has there. ``place``: the township."""

    pk: int
    text: str
    kind: str
    unit: str
    place: str
    office: str
    person: str
    due_at: datetime
    until: str
    remaining: str
    is_late: bool
    state: str
    get_state_display: str
    closed_at: datetime | None
    escalated_to: Escalated | None


def shown(found: Iterable[FollowUp]) -> list[FollowUpRow]:
    """``found``: each with ``SHOWN``."""
    townships = Townships()
    return [
        FollowUpRow(
            one.pk,
            one.text,
            str(one.spec.name),
            one.unit.name,
            townships.above(one.unit_id),
            one.office,
            one.person.name if one.person else "",
            one.due_at,
            one.until,
            one.remaining,
            one.is_late,
            one.state,
            one.get_state_display(),
            one.closed_at,
            Escalated(one.escalated_to.name) if one.escalated_to else None,
        )
        for one in found
    ]
