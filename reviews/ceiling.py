"""How high a decision may go: the panel's points with area minimums and vetoes, the star applied for, active caps."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from ratings.allowance import Allowed, allowed, applications
from ratings.models import Application, StarPeriod
from reviews.stages import Bench


@dataclass(frozen=True)
class Ceiling:
    """``allowed`` holds what the points allow and what was short; ``cap`` is the lowest cap active on the day."""

    allowed: Allowed
    applied: int
    cap: int | None

    @property
    def star(self) -> int:
        return min(self.allowed.star, self.applied, *([] if self.cap is None else [self.cap]))


def ceilings(chosen: Collection[int], bench: Bench, day: date) -> dict[int, Ceiling]:
    """The ceiling of each application (by id) that has the panel's points at this bench, as on ``day``."""
    rows = Application.objects.filter(pk__in=list(chosen), points__stage=bench.stage).distinct()
    applied = {pk: (unit, star) for pk, unit, star in rows.values_list("pk", "unit_id", "applied_star")}
    caps = active_caps({unit for unit, _star in applied.values()}, day)
    return {
        found.entry: Ceiling(found, applied[found.entry][1], caps.get(applied[found.entry][0]))
        for found in allowed(applications(rows, bench.stage, day))
    }


def active_caps(units: Collection[str], day: date) -> dict[str, int]:
    """The lowest cap active on ``day``, by unit, for those that have one."""
    effects = StarPeriod.objects.on(day).filter(unit__in=units).values_list("unit_id", "effects")
    found = {unit: [int(effect[4:]) for effect in active if effect.startswith("cap:")] for unit, active in effects}
    return {unit: min(caps) for unit, caps in found.items() if caps}
