"""What the page of a plan shows before a step: compared again under the lock of the step."""

from typing import Any

from improvements.models import Agreement, Measure, Plan, Progress


def standing_of(plan: Plan) -> dict[str, Any]:
    """All that the parties agree to, and how far it has come."""
    measures = Measure.objects.filter(problem__plan=plan).order_by("pk")
    return {
        "state": plan.state,
        "due": plan.due,
        "helper": [plan.helper, plan.person_id],
        "money": [plan.money, plan.money_source],
        "revision": plan.revision,
        "measures": [list(row) for row in measures.values_list("problem_id", "text", "party", "due")],
        "agreed": sorted(Agreement.objects.filter(plan=plan, revision=plan.revision).values_list("party", flat=True)),
        "progress": Progress.objects.filter(plan=plan).count(),
    }
