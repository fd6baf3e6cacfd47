"""stars → money: a budget over units by weight, within each unit's limits, to the fen (formats §4). Pure.

x = min(hi, max(lo, λ·w)) with the λ for which the x add up to the budget; each unit gets the whole fen of its x; the
remaining fen go one each by largest remainder, ties broken by division code. Exact: whole numbers and fractions only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


class OutOfLimits(ValueError):
    """The limits leave no way to spend exactly the budget. ``excess`` is Σ lo − budget, ``shortfall`` budget − Σ hi, in
    fen; the one that does not apply is 0."""

    def __init__(self, *, excess: int = 0, shortfall: int = 0) -> None:
        super().__init__(f"least amounts exceed the budget by {excess} fen, greatest fall short by {shortfall} fen")
        self.excess = excess
        self.shortfall = shortfall


@dataclass(frozen=True)
class WeightedClaim:
    """``unit`` is a division code, ``weight`` > 0; 0 ≤ ``at_least`` ≤ ``at_most`` in fen (absent: no limit)."""

    unit: str
    weight: Decimal | Fraction
    at_least: int = 0
    at_most: int | None = None

    def __post_init__(self) -> None:
        if self.weight <= 0 or self.at_least < 0 or (self.at_most is not None and self.at_most < self.at_least):
            raise ValueError(f"weight must be above 0 and 0 ≤ at_least ≤ at_most: {self}")


@dataclass(frozen=True)
class _Share:
    unit: str
    weight: Fraction
    lo: int
    hi: int

    def at(self, level: Fraction) -> Fraction:
        return min(Fraction(self.hi), max(Fraction(self.lo), level * self.weight))


def allocate(budget: int, claims: Iterable[WeightedClaim]) -> dict[str, int]:
    """Fen by unit, adding up to ``budget`` (fen, ≥ 0) exactly; the order of ``claims`` does not matter.

    Each unit may claim once. Raises ``OutOfLimits`` when Σ at_least > budget or Σ at_most < budget.
    """
    shares = [_share(claim, budget) for claim in claims]
    least, most = sum(share.lo for share in shares), sum(share.hi for share in shares)
    if least > budget:
        raise OutOfLimits(excess=least - budget)
    if most < budget:
        raise OutOfLimits(shortfall=budget - most)
    level = _level(budget, shares)
    exact = {share.unit: share.at(level) for share in shares}
    amounts = {unit: x.numerator // x.denominator for unit, x in exact.items()}
    # Limits are whole fen, so a unit with a remainder lies below hi; there are fewer remaining fen than remainders.
    for unit in sorted(amounts, key=lambda unit: (amounts[unit] - exact[unit], unit))[: budget - sum(amounts.values())]:
        amounts[unit] += 1
    return amounts


def _share(claim: WeightedClaim, budget: int) -> _Share:
    return _Share(
        claim.unit, Fraction(claim.weight), claim.at_least, budget if claim.at_most is None else claim.at_most
    )


def _level(budget: int, shares: list[_Share]) -> Fraction:
    """The λ at which the shares add up to ``budget``, which their limits must allow.

    Their sum grows with λ in straight pieces: from lo ÷ w on a share grows by its weight, from hi ÷ w on it is
    constant.
    """
    level, fixed, growing = Fraction(0), sum(share.lo for share in shares), Fraction(0)
    for level, step, weight in _bends(shares):
        if fixed + growing * level >= budget:
            break
        fixed += step
        growing += weight
    return (budget - fixed) / growing if growing else level


def _bends(shares: list[_Share]) -> Iterator[tuple[Fraction, int, Fraction]]:
    """Every λ at which a share starts or stops growing, ascending; what it adds to the fixed and to the growing
    part."""
    bends = [(share.lo / share.weight, -share.lo, share.weight) for share in shares]
    bends += [(share.hi / share.weight, share.hi, -share.weight) for share in shares]
    yield from sorted(bends, key=lambda bend: bend[0])
