"""stars → money: what a reward policy's table gives for a star and a figure, and what is clawed back (formats §4).
Pure.

Amounts are fen. A table is star → bands; a band reaches from ``first`` up to but not including ``after``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from incentives.money import half_up


class NoBand(LookupError):
    """The table has no band for this star and figure."""

    def __init__(self, star: int, figure: int) -> None:
        super().__init__(f"no band for star {star} and figure {figure}")
        self.star = star
        self.figure = figure


@dataclass(frozen=True)
class Band:
    """``first`` ≤ figure < ``after`` (None: no end) is worth ``amount`` fen."""

    first: int
    after: int | None
    amount: int

    def holds(self, figure: int) -> bool:
        return self.first <= figure and (self.after is None or figure < self.after)


@dataclass(frozen=True)
class Held:
    """A star and the number of days of the policy's period on which it was held."""

    star: int
    days: int


Table = Mapping[int, Sequence[Band]]


def same_for_every_figure(table: Table) -> bool:
    """Whether the figure does not matter: each star has one band, which holds every figure."""
    return all([(band.first, band.after) for band in bands] == [(0, None)] for bands in table.values())


def look_up(table: Table, star: int, figure: int) -> int:
    """The table's amount in fen. Raises ``NoBand``."""
    for band in table.get(star, ()):
        if band.holds(figure):
            return band.amount
    raise NoBand(star, figure)


def reward(table: Table, star: int, figure: int, coefficient: Decimal) -> int:
    """Table × coefficient, half up to the fen. Raises ``NoBand``."""
    return half_up(_exact(table, star, figure, coefficient))


def due(rule: str, table: Table, figure: int, coefficient: Decimal, held: Sequence[Held], lower: int) -> Fraction:
    """What the policy grants, in fen, once the star has fallen to ``lower`` inside its period.

    ``rule``: ``difference`` (the table at the lower star) or ``pro_rata`` (the daily mean of the table over the days of
    ``held``). Raises ``NoBand``.
    """
    if rule == "difference":
        return _exact(table, lower, figure, coefficient)
    days = sum(part.days for part in held)
    return sum((part.days * _exact(table, part.star, figure, coefficient) for part in held), Fraction(0)) / days


def clawback(paid: int, due: Fraction) -> int:
    """What is claimed back of ``paid`` (fen): the part beyond ``due``, half up to the fen, never negative."""
    return max(0, half_up(paid - due))


def _exact(table: Table, star: int, figure: int, coefficient: Decimal) -> Fraction:
    return look_up(table, star, figure) * Fraction(coefficient)
