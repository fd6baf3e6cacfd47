"""Addresses worked out once a process: a page of fifty rows needs as many, and the next one the same again.

An address depends on the name and the arguments alone (``reverse`` looks it up among a thousand patterns).
"""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def address(name: str, *args: str | int) -> str:
    """As ``reverse(name, args=args)``."""
    return _address(get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF, name, tuple(map(str, args)))


@lru_cache(maxsize=8192)
def _address(_prefix: str, urlconf: str, name: str, args: tuple[str, ...]) -> str:
    return reverse(name, urlconf, args=args)
