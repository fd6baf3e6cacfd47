"""A limit on what one address may send in an hour without an account."""

from django.core.cache import cache

from records.client_ip import first_of_line

HOUR = 3600


def count(what: str, address: str, limit: int) -> bool:
    """Count one more of ``what`` from ``address``; False once the hour's ``limit`` is over.

    While the cache is down nothing is counted and everyone is allowed: what people say must not be lost through our
    fault.
    """
    key = f"{what}:{first_of_line(address)}"
    if cache.add(key, 1, HOUR):
        return True
    try:
        made = cache.incr(key)
    except ValueError:  # the hour ran out, or the cache was flushed, since the check
        cache.add(key, 1, HOUR)
        return True
    return made is None or made <= limit
