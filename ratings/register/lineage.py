"""What orders did to units and their stars (practice §4): shown on the pages of the old units and of the new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from ratings.models import StarPeriod
from villages.models import ReorganizationOrder, Unit, UnitSuccession


@dataclass(frozen=True)
class LineageStep:
    """From ``succession.before`` to ``succession.after``; ``star``: what the old unit held on the last day before the
    order (None: no decision was in force), ``today``: what the new unit holds now."""

    succession: UnitSuccession
    star: int | None
    today: int | None


@dataclass(frozen=True)
class Lineage:
    """An order that touched ``unit``, with a step for each old and new unit."""

    order: ReorganizationOrder
    unit: str
    steps: list[LineageStep]

    @property
    def renamed(self) -> bool:
        return self.order.kind == ReorganizationOrder.Kind.RENAME

    @property
    def came(self) -> bool:
        """Whether the unit came out of the order: it holds the star that its predecessors left it."""
        return any(step.succession.after_id == self.unit for step in self.steps)

    @property
    def lowest(self) -> int | None:
        """The lowest star of its predecessors, which the new unit holds until its next decision."""
        return min((step.star for step in self.steps if step.star is not None), default=None)


def lineages(unit: Unit) -> list[Lineage]:
    """The orders that touched ``unit``, the latest first; three queries."""
    orders = list(ReorganizationOrder.objects.of(unit).prefetch_related("successions"))
    successions = [succession for order in orders for succession in order.successions.all()]
    held = _Held({code for succession in successions for code in (succession.before_id, succession.after_id)})
    return [
        Lineage(
            order,
            unit.code,
            [
                LineageStep(
                    succession,
                    held.star(succession.before_id, order.on - timedelta(days=1)),
                    held.star(succession.after_id, timezone.localdate()),
                )
                for succession in order.successions.all()
            ],
        )
        for order in orders
    ]


class _Held:
    """The stars of a few units on any day, as known now; one query."""

    def __init__(self, codes: Iterable[str]) -> None:
        codes = list(codes)
        periods = StarPeriod.objects.known().filter(unit__in=codes) if codes else ()
        self.periods: dict[str, list[StarPeriod]] = {code: [] for code in codes}
        for period in periods:
            self.periods[period.unit_id].append(period)

    def star(self, code: str, day: date) -> int | None:
        return next((period.star for period in self.periods[code] if day in period.during), None)
