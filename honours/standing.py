"""What the pages of honours show before a step: compared again under the lock of the step."""

from typing import Any

from honours.models import TERMS, DepartmentReply, Nomination, Opinion, Round, RoundObjection


def standing_of_round(round: Round) -> dict[str, Any]:
    """Its terms and state, and every nomination with its own."""
    nominations = Nomination.objects.filter(round=round).order_by("pk")
    replies = DepartmentReply.objects.filter(round=round).order_by("pk")
    objections = RoundObjection.objects.filter(nomination__round=round).order_by("pk")
    return {
        "terms": {name: getattr(round, Round._meta.get_field(name).attname) for name in TERMS},
        "state": round.state,
        "nominations": [list(row) for row in nominations.values_list("pk", "unit_id", "state")],
        "replies": list(replies.values_list("pk", flat=True)),
        "objections": [list(row) for row in objections.values_list("pk", "state")],
    }


def standing_of(nomination: Nomination) -> dict[str, Any]:
    opinions = Opinion.objects.filter(nomination=nomination).order_by("pk")
    return {
        "state": nomination.state,
        "round": nomination.round.state,
        "opinions": list(opinions.values_list("pk", flat=True)),
    }
