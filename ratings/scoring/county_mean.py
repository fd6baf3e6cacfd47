"""The county's mean of a figure that is taken relative to it (formats, Extensions, ``to_mean``); pure."""

from collections.abc import Collection, MutableMapping
from decimal import Decimal
from fractions import Fraction

from ratings.scheme.spec import MOST_PLACES, Criterion, Linear, SchemeSpec, Tiers
from ratings.scoring.methods import exact_sum, half_up

UnitFacts = MutableMapping[str, Decimal]


def county_mean(total: Decimal, count: int) -> Decimal:
    """The mean of ``count`` figures with this sum, half up to as many decimals as a fact can have."""
    return half_up(Fraction(total) / count, MOST_PLACES)


def relative_to_mean(spec: SchemeSpec) -> dict[str, Tiers | Linear]:
    """The criteria that look at a figure relative to the county's mean, by code: of variants all do, or none."""
    return {c.code: c for c in spec.criteria if isinstance(c, Tiers | Linear) and c.to_mean}


def give_county_means(spec: SchemeSpec, units: Collection[UnitFacts]) -> None:
    """Add to the facts of each unit the means of all ``units``, unless they are given."""
    for criterion in relative_to_mean(spec).values():
        give_county_mean(criterion, units)


def give_county_mean(criterion: Criterion, units: Collection[UnitFacts]) -> None:
    """``give_county_means`` for one criterion, which may look at no mean."""
    having = [facts for facts in units if criterion.code in facts]
    if isinstance(criterion, Tiers | Linear) and criterion.to_mean and having:
        mean = county_mean(exact_sum(facts[criterion.code] for facts in having), len(having))
        for facts in having:
            facts.setdefault(criterion.mean_item, mean)
