"""What the page of a consultation shows before a step: compared again under the lock of the step."""

from typing import Any

from consultations.models import Comment, Consultation, DraftProposal
from ratings.scheme.drafting import digest


def standing_of(consultation: Consultation) -> dict[str, Any]:
    """The text that is agreed on, and how far it has come."""
    return {
        "state": consultation.state,
        "digest": digest(consultation.scheme.body),
        "unanswered": Comment.objects.filter(consultation=consultation, answered_at=None).count(),
        "unsettled": DraftProposal.objects.filter(consultation=consultation, settled_at=None).count(),
    }
