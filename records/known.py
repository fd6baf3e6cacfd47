"""A column that may be empty, read where the state of its row rules that out."""

from typing import TypeVar

T = TypeVar("T")


def known(value: T | None) -> T:
    """``value``. Raises ``ValueError`` where it is missing after all: a fault of the code, never of the input."""
    if value is None:
        raise ValueError("a value that the state of the row guarantees is missing")
    return value
