"""The history of one follow-up, from the audit trail's own rows: who did what when, and why."""

from dataclasses import dataclass
from datetime import datetime

from accounts import audit_words
from accounts.deputies import authorized_act, by_deputies, signature
from accounts.models import User
from followups.models import FollowUp, FollowUpState


@dataclass(frozen=True)
class FollowUpStep:
    """``who`` is empty for what the system does by schedule."""

    at: datetime
    what: str
    who: str
    reason: str
    state: str


def history_of(followup: FollowUp) -> list[FollowUpStep]:
    """Oldest first; three queries at most."""
    rows = list(FollowUp.pgh_event_model.objects.filter(pgh_obj=followup.pk).order_by("pgh_id"))
    contexts = [row.pgh_context or {} for row in rows]
    people = User.objects.in_bulk({int(one["user"]) for one in contexts if one.get("user")})
    acts = [
        authorized_act(one.get("user"), one.get("verb") or "", followup.unit_id, row.pgh_created_at)
        for row, one in zip(rows, contexts, strict=True)
    ]
    stood_in = by_deputies(acts)
    return [
        FollowUpStep(
            at=row.pgh_created_at,
            what=audit_words.of_step(one.get("verb") or ""),
            who=signature(people[one["user"]], act in stood_in) if one.get("user") in people else "",
            reason=one.get("reason") or "",
            state=str(FollowUpState(row.state).label),
        )
        for row, one, act in zip(rows, contexts, acts, strict=True)
    ]
