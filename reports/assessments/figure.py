"""Values of terms → the figure; pure and exact until it is written (formats §9)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from ratings.scoring.methods import half_up

TERM_PLACES = 6


def figure(weights: Mapping[str, Decimal], values: Mapping[str, Fraction]) -> Fraction:
    """The sum of weight × value over the terms, by code."""
    return sum((Fraction(weight) * values[code] for code, weight in weights.items()), Fraction(0))


def written_term(value: Fraction) -> str:
    return f"{half_up(value, TERM_PLACES):f}"


def written_figure(value: Fraction) -> str:
    return f"{half_up(value):f}"
