"""What follows from a closing: for units, and in the apps above: the money to claim back, and what depends on it.

The apps register in ``registrations.py``; ``workflow.closing`` asks.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from records.registry import Registry


class Concerned(NamedTuple):
    """A unit, the star that it holds before the step and after it, and the reason (of the closing)."""

    unit: str
    name: str
    before: int
    after: int
    reason: str


class ExpectedClaim(NamedTuple):
    """Money of ``source`` (by name) granted to ``unit`` (by code): ``back`` of it is claimed back, ``released`` is not
    paid any more; an open proposal, in yuan."""

    key: str
    source: str
    unit: str
    back: Decimal
    released: Decimal


@dataclass(frozen=True)
class Closed:
    """What a closing did: its ``decisions`` (ids) of no star, on these ``units`` and their ``heirs`` (codes)."""

    county: str
    decisions: list[int]
    applications: list[int]
    units: list[str]
    heirs: list[str]
    on: date
    at: datetime


Claims = Callable[[Collection[str]], list[ExpectedClaim]]
Hindrance = Callable[[Closed], str]
_claims = Registry[Claims]()
_hindrances = Registry[Hindrance]()


def register(*, claims: Claims | None = None, hindrance: Hindrance | None = None) -> None:
    """``claims``: what is claimed back from the units now. ``hindrance``: why a closing cannot be reversed, in words;
    "" if nothing prevents it.

    A hindrance locks what it checks, so that nothing follows from the closing while it is being reversed.
    """
    if claims:
        _claims.register(claims)
    if hindrance:
        _hindrances.register(hindrance)


def claims_on(units: Collection[str]) -> list[ExpectedClaim]:
    """What is claimed back from ``units`` and their successors now, sorted."""
    return sorted(claim for find in _claims for claim in find(units))


def hindrances(closed: Closed) -> list[str]:
    """Why the closing cannot be reversed, in words."""
    return [words for find in _hindrances if (words := find(closed))]
