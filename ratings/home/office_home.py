"""The township office's home: how many of its villages have applied, the deadline, and who has been waiting
since when."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from ratings.models import Application, Cycle
from ratings.models.cycle import CycleStep
from villages.models import Level, below_any

State = Application.State
ACCEPT = "ratings.accept"
SHOWN = 5


def applied(user: User) -> dict[str, Any] | None:
    """The latest open cycle of the person's township, rather the villages' than another of its year; None for everybody
    else."""
    codes = user.reach(ACCEPT)
    if not codes:
        return None
    open_cycles = Cycle.objects.reaching(codes).filter(state=Cycle.State.OPEN).exclude(scheme__rates=Level.TOWNSHIP)
    cycles = open_cycles.select_related("scheme").prefetch_related("windows")
    cycle = max(cycles, key=lambda one: (one.year, one.scheme.rates == Level.VILLAGE), default=None)
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
