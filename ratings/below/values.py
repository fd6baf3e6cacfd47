"""The values, from 0 to 1 and exact, that a place has from its villages (formats §9); places without any have none."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

from ratings.below.villages import VillagesBelow

Values = dict[str, Fraction]
"""By the code of a place."""


def share_at_least(villages: VillagesBelow, star: int) -> Values:
    return shares(villages, summed((place, n) for place, now, _before, n in villages.stars if now >= star))


def mean_points(villages: VillagesBelow) -> Values:
    parts = ((place, Fraction(total) / Fraction(full)) for place, full, total in villages.points)
    return shares(villages, summed(parts))


def no_event(villages: VillagesBelow, kinds: Collection[str], year: int) -> Values:
    return {place: 1 - share for place, share in shares(villages, villages.events(kinds, year)).items()}


def shares(villages: VillagesBelow, counted: Mapping[str, int | Fraction]) -> Values:
    """The counts of each place as a share of its villages."""
    return {place: Fraction(counted.get(place, 0)) / n for place, n in villages.counted.items()}


def summed(rows: Iterable[tuple[str, int | Fraction]]) -> dict[str, int | Fraction]:
    sums: dict[str, int | Fraction] = defaultdict(int)
    for place, number in rows:
        sums[place] += number
    return sums
