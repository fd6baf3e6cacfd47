"""Numbers that come from outside as text."""

from collections.abc import Iterable
from decimal import Decimal

LONGEST_KEY = 18  # digits of what PostgreSQL's bigint surely holds


def count_of(text: str) -> int | None:
    """The count or key that ``text`` says in plain digits; None for any other text, and for what no column holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


def keys(texts: Iterable[str]) -> set[int]:
    """Those of ``texts`` that can be a row's key; the rest is no key of anything."""
    return {count for text in texts if (count := count_of(text)) is not None}


def plain(number: Decimal) -> str:
    """A number as people write it: no zeros that say nothing, no exponent."""
    return f"{number.normalize():f}"
