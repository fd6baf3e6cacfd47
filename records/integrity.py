"""Checks that what is kept still agrees with itself. Each app registers its own in ``AppConfig.ready``.

``manage.py check_integrity`` runs them all; a check yields nothing when everything is right.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One row that is off: ``row`` names it (table and key), ``expected`` and ``found`` say how."""

    row: str
    expected: str
    found: str


@dataclass(frozen=True)
class Check:
    """``name`` as it is printed, such as "star register"; ``faults`` reads the database and changes nothing."""

    name: str
    faults: Callable[[], Iterable[Fault]]


_checks: dict[str, Check] = {}


def register(*checks: Check) -> None:
    _checks.update((check.name, check) for check in checks)


def run() -> Iterator[tuple[Check, Fault]]:
    """Every fault of every check, in the order in which the checks were registered."""
    for check in _checks.values():
        for fault in check.faults():
            yield check, fault


def names() -> list[str]:
    return list(_checks)
