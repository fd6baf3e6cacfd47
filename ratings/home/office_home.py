"""The township office's home: how many of its villages have applied, the deadline, and who has been waiting
since when."""

from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When

from accounts.models import User
from accounts.prepared import asked
from ratings.models import Application, Cycle, Window
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
    cycle = next(iter(asked(_open, user)), None)
    if cycle is None:
        return None
    sent = Application.objects.filter(cycle=cycle, unit=OuterRef("pk")).exclude(state=State.DRAFT)
    units: dict[str, int] = (
        cycle.rated_units()
        .filter(below_any(codes))
        .aggregate(all=Count("pk"), sent=Count("pk", filter=Q(Exists(sent))))
    )
    return {"cycle": cycle, **units, "waiting": asked(_waiting, user, cycle.pk)}


def _open(user: User) -> QuerySet[Cycle]:
    """With the end of applying, ``closes``."""
    cycles = Cycle.objects.reaching(user.reach(ACCEPT)).filter(state=Cycle.State.OPEN)
    apply = Window.objects.filter(cycle=OuterRef("pk"), step=CycleStep.APPLY)
    cycles = cycles.exclude(scheme__rates=Level.TOWNSHIP).annotate(closes=Subquery(apply.values("closes")))
    villages_first = Case(When(scheme__rates=Level.VILLAGE, then=0), default=1)
    return cycles.select_related("scheme").defer("scheme__body").order_by("-year", villages_first, "unit", "pk")[:1]


def _waiting(user: User, cycle: int) -> QuerySet[Application]:
    waiting = Application.objects.filter(below_any(user.reach(ACCEPT), "unit_id"), cycle=cycle, state=State.SUBMITTED)
    return waiting.select_related("unit").order_by("submitted_at")[:SHOWN]
