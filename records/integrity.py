"""Integrity checks: whether the stored data are still consistent. Each app registers its own in ``registrations.py``.

``manage.py check_integrity`` runs them all; a check yields nothing when everything is right.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from records.registry import KeyedRegistry


@dataclass(frozen=True)
class Fault:
    """One inconsistent row: ``row`` names it (table and key), with what was ``expected`` and ``found``."""

    row: str
    expected: str
    found: str


@dataclass(frozen=True)
class IntegrityCheck:
    """``name`` as it is printed, such as "star register"; ``faults`` reads the database and changes nothing."""

    name: str
    faults: Callable[[], Iterable[Fault]]


_checks = KeyedRegistry[str, IntegrityCheck]()


def register(*checks: IntegrityCheck) -> None:
    _checks.register((check.name, check) for check in checks)


def checks() -> list[IntegrityCheck]:
    """Every check, in the order in which they were registered."""
    return list(_checks.values())
