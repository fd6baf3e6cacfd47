"""What an answer to an appeal or objection depends on: listed before it is given, compared when it is confirmed."""

from typing import Any

from ratings.models import Decision
from ratings.scoring.kept_points import points_behind
from ratings.workflow.event import standing_of
from reviews.models import Appeal, Objection


def of_appeal(appeal: Appeal) -> dict[str, Any]:
    """With its decision, event, application and the points that the hearing starts from."""
    application, decision = appeal.application, appeal.decision
    return {
        "state": appeal.state,
        "decision": _of(decision),
        "event": standing_of(appeal.event) if appeal.event else None,
        "application": [application.state, application.applied_star] if application else None,
        "points": list(points_behind([decision])[decision.pk].items()) if decision else [],
    }


def of_objection(objection: Objection, decision: Decision) -> dict[str, Any]:
    """With the decision concerned, and the appeals that would lapse."""
    appeals = Appeal.objects.filter(decision=decision, state__in=Appeal.State.UNANSWERED)
    return {"state": objection.state, "decision": _of(decision), "appeals": appeals.count()}


def _of(decision: Decision | None) -> list[Any] | None:
    return [decision.pk, decision.state, decision.star, decision.total] if decision else None
