"""What was decided about each village of a batch, beside what was allowed on the day it was decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from ratings.models import Decision
from reviews.ceiling import Ceiling, ceilings
from reviews.models import Batch
from reviews.stages import BENCHES
from reviews.workflow.decisions import needs_reason_below


@dataclass(frozen=True)
class Verdict:
    """``allowed``: the highest star possible; ``below``: it took a reason to decide lower; ``vetoes`` in words."""

    decision: Decision
    allowed: int
    below: bool
    vetoes: tuple[str, ...]


def verdicts(batch: Batch, decisions: Iterable[Decision]) -> list[Verdict]:
    """``decisions`` of ``batch`` in their order, each with its application."""
    decisions, bench = list(decisions), BENCHES[batch.stage]
    by_day: dict[date, list] = {}
    for decision in decisions:
        decision.application.cycle = batch.cycle
        by_day.setdefault(timezone.localdate(decision.decided_at), []).append(decision.application)
    found: dict[int, Ceiling] = {}
    for day, applications in by_day.items():
        found |= ceilings(applications, bench.stage, day)
    names = {veto.code: f"{veto.code} {veto.name}" for veto in batch.cycle.scheme.spec.vetoes}
    return [
        Verdict(
            decision,
            ceiling.star,
            decision.star < needs_reason_below(decision.application, ceiling, bench),
            tuple(names.get(code, code) for code in ceiling.allowed.barred),
        )
        for decision in decisions
        for ceiling in [found[decision.application_id]]
    ]
