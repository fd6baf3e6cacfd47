"""How long a thing that waits for a person usually takes: the median of the past two years in the person's county.

Apps register in ``registrations.py`` where their timelines are. Below ``FEWEST`` there is no usual time. A source
counts only what everybody may know of: so it discloses nothing about a result before its release.
"""

from collections.abc import Collection
from datetime import timedelta
from math import ceil

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import User
from records.registry import Registry
from villages.models import county_of

FEWEST = 5
PAST = timedelta(days=730)
KEPT_FOR = 6 * 3600
"""Seconds, within the day: two years look alike for as long."""
WIDEST = 4
"""Digits of the widest unit whose past is compared: a city."""

_sources = Registry[str]()
register = _sources.register
"""``register("select …")``: SQL that gives ``step`` (the key, ``Todo.takes``), ``unit`` (its code), ``began`` and
``ended`` of each finished thing, of the units ``%(code)s`` to ``%(end)s`` and since ``%(since)s``."""


def usual_days(user: User, steps: Collection[str]) -> dict[str, int]:
    """The median days of each of ``steps``, at least one; without those done too seldom."""
    codes = sorted({county_of(post.unit_id) for post in user.posts if len(post.unit_id) >= WIDEST})
    if not steps or not codes:
        return {}
    key = f"usual-days:{codes[0]}:{timezone.localdate()}"
    usual = cache.get_or_set(key, lambda: _usual_in(codes[0]), KEPT_FOR)
    return {step: usual[step] for step in steps if step in usual}


def _usual_in(code: str) -> dict[str, int]:
    """Of every step, in one query."""
    given = {"code": code, "end": code + "~", "since": timezone.now() - PAST, "fewest": FEWEST}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select step, percentile_cont(0.5) within group (order by extract(epoch from ended - began))
            from ({" union all ".join(f"({source})" for source in _sources)}) as done
            group by step having count(*) >= %(fewest)s
            """,  # noqa: S608 our own words
            given,
        )
        return {step: max(1, ceil(seconds / 86400)) for step, seconds in cursor.fetchall()}
