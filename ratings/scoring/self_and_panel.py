"""What a unit gave itself beside what the panel gave it, on the criteria that both have judged.

The two totals do not compare: a unit answers only what it supplies, a panel judges every criterion. Penalties are left
out, as they count the other way. A query for SQL, and a function over it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

BOTH = """
    select c.application_id, sum(c.own) as own, sum(c.panel) as panel
    from (
        select q.application_id, q.criterion, max(q.points) filter (where q.stage = 'self') as own,
               coalesce(
                   max(q.points) filter (where q.stage = 'appeal'),
                   max(q.points) filter (where q.stage = 'county'),
                   max(q.points) filter (where q.stage = 'township')
               ) as panel, y.scheme_id
        from ratings_points q
        join ratings_application a on a.id = q.application_id
        join ratings_cycle y on y.id = a.cycle_id
        where q.application_id = any (array({of}))
        group by q.application_id, q.criterion, y.scheme_id
    ) c
    left join (
        select s.id, array_agg(k.body ->> 'code') as codes
        from ratings_scheme s
        cross join lateral jsonb_array_elements(s.body -> 'areas') as r (body)
        cross join lateral jsonb_array_elements(r.body -> 'criteria') as k (body)
        where r.body ->> 'kind' = 'penalty'
        group by 1
    ) penalties on penalties.id = c.scheme_id
    where c.own is not null and c.panel is not null
      and (penalties.codes is null or not c.criterion = any (penalties.codes))
    group by 1
"""
"""``of``: a query of the applications' keys."""


class SelfAndPanel(NamedTuple):
    own: Decimal
    panel: Decimal

    @property
    def difference(self) -> Decimal:
        return self.own - self.panel


def self_and_panel(applications: Iterable[int]) -> dict[int, SelfAndPanel]:
    """By key of the application; those where nothing compares are left out."""
    with connection.cursor() as cursor:
        cursor.execute(BOTH.format(of="select unnest(%s::bigint[])"), [list(applications)])
        return {key: SelfAndPanel(own, panel) for key, own, panel in cursor.fetchall()}
