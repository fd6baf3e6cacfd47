"""A limit on what one address may send in an hour without an account."""

from ipaddress import IPv6Network, ip_address

from django.core.cache import cache

HOUR = 3600
ONE_LINE = 64
"""Bits of an IPv6 address that a telephone or an office keeps: the rest it may choose anew for every request."""


def count(what: str, address: str, limit: int) -> bool:
    """Count one more of ``what`` from ``address``; False once the hour's ``limit`` is over.

    While the cache is down nothing is counted and everyone is allowed: what people say must not be lost through our
    fault.
    """
    key = f"{what}:{_sender(address)}"
    if cache.add(key, 1, HOUR):
        return True
    try:
        made = cache.incr(key)
    except ValueError:  # the hour ran out, or the cache was flushed, since the check
        cache.add(key, 1, HOUR)
        return True
    return made is None or made <= limit


def _sender(address: str) -> str:
    """Who counts as one: an IPv4 address, or a line's whole range of IPv6."""
    try:
        one = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((one, ONE_LINE), strict=False)) if one.version == 6 else address
