"""Money: fen (whole numbers) where it is calculated, yuan with two decimals where it is stored and shown."""

from decimal import Decimal
from fractions import Fraction
from math import floor


def fen(yuan: Decimal) -> int:
    """The whole fen of an amount in yuan. Raises ``ValueError`` if it has fractions of a fen."""
    scaled = yuan * 100
    if scaled != int(scaled):
        raise ValueError(f"{yuan} has fractions of a fen")
    return int(scaled)


def yuan(amount: int) -> Decimal:
    """An amount in fen as yuan with two decimals."""
    return Decimal(amount).scaleb(-2)


def half_up(amount: Fraction) -> int:
    """The nearest whole fen; a half is rounded up (formats §4)."""
    return floor(amount + Fraction(1, 2))
