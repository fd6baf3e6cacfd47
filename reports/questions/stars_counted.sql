-- The rows of stars.sql counted for the whole place, whatever c is. The periods of a city are counted by their days
-- before the years are looked at; whoever held none has none: each period takes its villages from those without a star.
-- "offset 0": the periods are read at once, not village by village as a planner that expects a few would.
with stood as materialized (
    select u.code from villages_unit u where {standing}
),
held as materialized (
    select p.star, p.during, count(*) as units
    from (
        select unit_id, star, during
        from ratings_starperiod
        where superseded_at is null and unit_id >= %(code)s and unit_id < %(end)s
        offset 0
    ) p
    join stood u on u.code = p.unit_id
    group by 1, 2
),
years as materialized (
    select year, least(make_date(year, 12, 31), %(day)s) as last
    from generate_series(%(year)s::int - 4, %(year)s::int) year
),
holding as materialized (
    select y.year, h.star, sum(h.units) as units from years y join held h on h.during @> y.last group by 1, 2
)
select 'stars' as question, '' as place, c.year::text as a, c.star::text as b, '' as c, sum(c.units)::bigint as count,
       0::numeric as n, 0::numeric as m, null::date as since
from (
    select year, star, units from holding
    union all
    select year, 0, -units from holding
    union all
    select year, 0, (select count(*) from stood) from years
) c
group by c.year, c.star
having sum(c.units) > 0
