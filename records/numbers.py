"""Numbers that come from outside as text."""

from collections.abc import Iterable
from decimal import Decimal

LONGEST_KEY = 18  # digits of what PostgreSQL's bigint surely holds


def keys(texts: Iterable[str]) -> set[int]:
    """Those of ``texts`` that can be a row's key; the rest is no key of anything."""
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY}


def plain(number: Decimal) -> str:
    """A number as people write it: no zeros that say nothing, no exponent."""
    return f"{number.normalize():f}"
