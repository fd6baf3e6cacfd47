"""The township office's home: how many of its villages have applied, the deadline, and who has been waiting
since when."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from ratings.models import Application, Cycle
from ratings.models.cycle import CycleStep
from villages.models import below_any

State = Application.State
ACCEPT = "ratings.accept"
SHOWN = 5


def applied(user: User) -> dict[str, Any] | None:
    """The latest open cycle of the person's township; None for everybody else."""
    codes = user.reach(ACCEPT)
    if not codes:
        return None
    cycles = Cycle.objects.reaching(codes).filter(state=Cycle.State.OPEN).select_related("scheme")
    cycle = cycles.prefetch_related("windows").order_by("-year").first()
    if cycle is None:
        return None
    sent = Application.objects.filter(cycle=cycle, unit=OuterRef("pk")).exclude(state=State.DRAFT)
    units: dict[str, int] = (
        cycle.rated_units()
        .filter(below_any(codes))
        .aggregate(all=Count("pk"), sent=Count("pk", filter=Q(Exists(sent))))
    )
    waiting = Application.objects.filter(below_any(codes, "unit_id"), cycle=cycle, state=State.SUBMITTED)
    return {
        "cycle": cycle,
        "window": cycle.window(CycleStep.APPLY),
        **units,
        "waiting": waiting.select_related("unit").order_by("submitted_at")[:SHOWN],
    }
