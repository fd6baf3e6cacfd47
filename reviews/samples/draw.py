"""A share of each stratum drawn by tickets; pure: the same units, share and seed always give the same sample."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from decimal import Decimal
from fractions import Fraction
from heapq import nsmallest
from math import ceil

from records.tickets import ticket


def sample(stratum_of: Mapping[str, Hashable], share: Decimal, seed: str) -> list[str]:
    """The codes drawn, sorted: of each stratum of n units those with the ceil(share × n) smallest tickets.

    ``stratum_of``: the stratum of each unit, by code; ``share`` lies above 0 and is at most 1.
    """
    strata: dict[Hashable, list[str]] = defaultdict(list)
    for code, stratum in stratum_of.items():
        strata[stratum].append(code)
    drawn: list[str] = []
    for codes in strata.values():
        size = ceil(Fraction(share) * len(codes))
        drawn += nsmallest(size, codes, key=lambda code: ticket(seed, code))
    return sorted(drawn)
