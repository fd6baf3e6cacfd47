"""How many villages hold which star, as bars of equal length to be compared one above the other."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LENGTH = 1000


@dataclass(frozen=True)
class StarBarPiece:
    """The part of a bar that one star takes, in thousandths of its length."""

    star: int
    count: int
    start: int
    width: int


def pieces(stars: Iterable[int | None]) -> list[StarBarPiece]:
    """The bar of ``stars``, highest first; units without a star come last."""
    counts = sorted(Counter(star or 0 for star in stars).items(), reverse=True)
    total, before, bars = sum(count for _star, count in counts), 0, []
    for star, count in counts:
        start, end = LENGTH * before // total, LENGTH * (before + count) // total
        bars.append(StarBarPiece(star, count, start, end - start))
        before += count
    return bars
