"""Parsing of numbers in untrusted text."""

import re
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

LONGEST_KEY = 18  # digits that always fit into PostgreSQL's bigint


def count_of(text: str) -> int | None:
    """The count or key in ``text`` if it is plain digits; None for other text and numbers too large to store."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


def keys(texts: Iterable[str]) -> set[int]:
    """Those of ``texts`` that can be a primary key."""
    return {count for text in texts if (count := count_of(text)) is not None}


def plain(number: Decimal) -> str:
    """A number without trailing zeros and exponent."""
    return f"{number.normalize():f}"


def decimals(number: Decimal) -> int:
    """How many digits stand after its point; negative where it ends in zeros that are not written out."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0  # text: it is infinite or no number at all


_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3}){2,}(\.[0-9]*)?")
_ONE_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)(\.[0-9]*)?")


class Ambiguous(ValueError):
    """The input may mean two numbers; the message asks which."""


def without_groups(typed: str) -> str:
    """``typed`` without the commas that group its thousands (1,234,567.8).

    A single comma may be meant as a decimal point: raises ``Ambiguous``.
    """
    if _GROUPED.fullmatch(typed):
        return typed.replace(",", "")
    if comma := _ONE_COMMA.fullmatch(typed):
        before, after, decimals = comma.groups()
        whole = before + after + (decimals or "")
        if decimals:
            raise Ambiguous(_("%(whole)s? Please write it without a comma.") % {"whole": whole})
        words = {"point": f"{before}.{after}", "whole": whole}
        raise Ambiguous(_("%(point)s or %(whole)s? Please write it without a comma.") % words)
    return typed
