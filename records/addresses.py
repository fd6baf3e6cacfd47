"""Addresses worked out once a process: a page of fifty rows needs fifty, and the next page the same ones again.

An address depends on the name and the arguments alone (``reverse`` looks it up among a thousand patterns).
"""

from functools import lru_cache

from django.urls import reverse

from records.page_facts import AddressTable, address_table


def address(name: str, *args: str | int) -> str:
    """As ``reverse(name, args=args)``."""
    return address_in(address_table(), name, tuple(map(str, args)))


@lru_cache(maxsize=8192)
def address_in(table: AddressTable, name: str, args: tuple[str, ...]) -> str:
    """The same, in a table that the caller has looked up already."""
    _prefix, urlconf = table
    return reverse(name, urlconf, args=args)
