"""The totals of many units under two schemes as one histogram, with the lines of the stars."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ratings.allowance.comparison import Pair
from ratings.scheme.spec import SchemeSpec

MOST_BINS, LENGTH, HEIGHT = 24, 1000, 100
WIDTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Bin:
    """Units with ``low`` ≤ total < ``high``; ``x``, ``width`` and heights in the units of the picture."""

    low: int
    high: int
    before: int
    after: int
    x: int
    width: int
    before_height: int
    after_height: int


@dataclass(frozen=True)
class Line:
    star: int
    total: Decimal
    x: int


@dataclass(frozen=True)
class Histogram:
    bins: list[Bin]
    lines: list[Line]


def histogram(spec: SchemeSpec, pairs: Sequence[Pair]) -> Histogram:
    """``spec``: the scheme whose lines are drawn. ``pairs`` is not empty."""
    before = [Decimal(pair.before["total"]) for pair in pairs]
    after = [Decimal(pair.after["total"]) for pair in pairs]
    low, high = min(*before, *after), max(*before, *after)
    step = next((width for width in WIDTHS if (high - low) / width < MOST_BINS - 1), WIDTHS[-1])
    first, last = int(low // step), int(high // step)
    counts = [Counter(int(total // step) for total in totals) for totals in (before, after)]
    most = max(max(count.values()) for count in counts)
    width = LENGTH // (last - first + 1)
    bins = [
        Bin(
            low=at * step,
            high=(at + 1) * step,
            before=counts[0][at],
            after=counts[1][at],
            x=(at - first) * width,
            width=width,
            before_height=HEIGHT * counts[0][at] // most,
            after_height=HEIGHT * counts[1][at] // most,
        )
        for at in range(first, last + 1)
    ]
    bounds = [(line.star, line.total if line.total is not None else line.over) for line in spec.stars]
    lines = [
        Line(star, bound, int((bound / step - first) * width))
        for star, bound in bounds
        if bound is not None and first * step <= bound <= (last + 1) * step
    ]
    return Histogram(bins, lines)
