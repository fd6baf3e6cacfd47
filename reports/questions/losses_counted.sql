-- The rows of losses.sql counted, whatever c is. A county has thousands: they are summed up before anything is compared
-- with full marks, and told apart by one number instead of their place, year and scheme.
select l.*
from (
    with numbered as materialized (
        select r.*, p.place, dense_rank() over (order by p.place, r.year, r.scheme_id) as number
        from ({points_behind}) r
        cross join lateral (select left(r.unit_id, %(digits)s::int) as place) p
    )
    select 'losses' as question, g.place, g.year::text as a, p.criterion as b, '' as c, p.results as count,
           trim_scale(p.results * c.most - p.points) as n, p.results * c.most as m, g.since
    from (
        select number, criterion, count(*) as results, sum(points) as points
        from (select number, unnest(criteria) as criterion, unnest(points) as points from numbered) r
        group by 1, 2
    ) p
    join (
        select number, place, year, scheme_id, min("on") as since from numbered group by 1, 2, 3, 4
    ) g on g.number = p.number
    join ({full_marks}) c on c.scheme = g.scheme_id and c.code = p.criterion
) l
