"""A second, slow reading of formats §4, written independently of ``incentives.allocation_rule``: it approaches λ by
trial.

λ is found among all linear pieces of the sum: for every pair of neighbouring corners it checks whether the budget lies
between their sums, and interpolates between the two points.
"""

from fractions import Fraction
from math import floor


def plain_allocation(budget: int, claims: list[tuple[str, Fraction, int, int]]) -> dict[str, int]:
    """``claims``: (unit, weight, lo, hi) in fen, Σ lo ≤ budget ≤ Σ hi."""

    def shares(level: Fraction) -> dict[str, Fraction]:
        return {u: min(Fraction(hi), max(Fraction(lo), level * w)) for u, w, lo, hi in claims}

    def total(level: Fraction) -> Fraction:
        return sum(shares(level).values(), Fraction(0))

    corners = sorted({Fraction(0)} | {Fraction(limit) / w for _, w, lo, hi in claims for limit in (lo, hi)})
    level = next((corner for corner in corners if total(corner) == budget), None)
    if level is None:
        left, right = next((a, b) for a, b in zip(corners, corners[1:], strict=False) if total(a) < budget < total(b))
        level = left + (right - left) * (budget - total(left)) / (total(right) - total(left))

    exact = shares(level)
    given = {unit: floor(x) for unit, x in exact.items()}
    below = [unit for unit, _, _, hi in claims if exact[unit] < hi]
    while sum(given.values()) < budget:
        unit = max(below, key=lambda u: (exact[u] - floor(exact[u]), [-ord(c) for c in u]))
        given[unit] += 1
        below.remove(unit)
    return given
