"""Figures from below (formats §1): what the villages of a rated unit come to on its cycle's last day for facts."""

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction

from ratings.below import values
from ratings.below.values import Values
from ratings.below.villages import VillagesBelow
from ratings.models import Cycle
from ratings.scheme.below import BelowFigure, from_below
from ratings.scheme.spec import Criterion
from ratings.scoring.methods import half_up
from records.cells import PLACES
from villages.models import CODE_LENGTHS

VILLAGE_DIGITS = CODE_LENGTHS[-1]


class FiguresBelow:
    """The figures of some units (by code) that ``cycle`` rates."""

    def __init__(self, cycle: Cycle, units: Collection[str]) -> None:
        one, *more = units
        self.year = cycle.year
        self.villages = VillagesBelow(cycle.unit_id if more else one, cycle.facts_until, len(one))

    def of(self, criterion: Criterion) -> dict[str, Decimal]:
        """The figure of ``criterion`` by unit; one without villages has none."""
        figure = from_below(criterion.supplier)
        by_unit = value_of(figure, self.villages, self.year) if figure else {}
        return {unit: written(criterion, value) for unit, value in by_unit.items()}


def value_of(figure: BelowFigure, villages: VillagesBelow, year: int) -> Values:
    """The value by place, from 0 to 1. Of single villages (all digits) it is what each adds to the mean of its unit."""
    if figure.takes == "share_at_least":
        return values.share_at_least(villages, figure.star)
    if figure.takes == "mean_points":
        return values.mean_points(villages)
    return values.no_event(villages, figure.events, year)


def written(criterion: Criterion, value: Fraction) -> Decimal:
    """Half up to 10 decimals; a percentage where the figure's name says so."""
    name = criterion.figure or criterion.name
    return half_up(value * 100 if "%" in name or "％" in name else value, PLACES)
