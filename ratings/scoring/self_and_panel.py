"""What a unit gave itself beside what the panel gave it, on the criteria that both have judged.

The two totals do not compare: a unit answers only what it supplies, a panel judges every criterion. Penalties are left
out, as they count the other way. A query for SQL, and a function over it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

BOTH = """
    select a.id as application_id, p.own, p.panel
    from ratings_application a
    join ratings_cycle y on y.id = a.cycle_id
    left join (
        select s.id, array_agg(k.body ->> 'code') as codes
        from ratings_scheme s
        cross join lateral jsonb_array_elements(s.body -> 'areas') as r (body)
        cross join lateral jsonb_array_elements(r.body -> 'criteria') as k (body)
        where r.body ->> 'kind' = 'penalty'
        group by 1
    ) penalties on penalties.id = y.scheme_id
    -- Application by application: joined to all at once, a planner that expects one row aggregates anew for each.
    cross join lateral (
        select sum(c.own) as own, sum(c.panel) as panel
        from (
            select max(q.points) filter (where q.stage = 'self') as own,
                   coalesce(
                       max(q.points) filter (where q.stage = 'appeal'),
                       max(q.points) filter (where q.stage = 'county'),
                       max(q.points) filter (where q.stage = 'township')
                   ) as panel
            from ratings_points q
            where q.application_id = a.id
              and (penalties.codes is null or not q.criterion = any (penalties.codes))
            group by q.criterion
        ) c
        where c.own is not null and c.panel is not null
        having count(*) > 0
    ) p
    where a.id = any (array({of}))
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
