"""A limit on what one address may send in an hour without an account."""

from django.core.cache import cache

HOUR = 3600


def count(key: str, limit: int) -> bool:
    """Count one more under ``key`` (what is sent, and from which address); False once the hour's ``limit`` is over.

    While the cache is down nothing is counted and everyone is allowed: what people say must not be lost through our
    fault.
    """
    if cache.add(key, 1, HOUR):
        return True
    try:
        made = cache.incr(key)
    except ValueError:  # the hour ran out, or the cache was flushed, since the check
        cache.add(key, 1, HOUR)
        return True
    return made is None or made <= limit
