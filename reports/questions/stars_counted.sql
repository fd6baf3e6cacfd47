-- The rows of stars.sql counted for the whole place, whatever c is. The periods of a city are counted by their days
-- before the years are looked at; whoever held none has none: each period takes its villages from those without a star.
-- "offset 0": the periods are read at once, not village by village as a planner that expects a few would.
with stood as materialized (
    select u.code from villages_unit u where {standing}
),
held as materialized (
    select p.star, p.since, p.until, count(*) as units
    from (
        select unit_id, star, lower(during) as since, upper(during) as until
        from ratings_starperiod
        where superseded_at is null and unit_id >= %(code)s and unit_id < %(end)s
        offset 0
    ) p
    join stood u on u.code = p.unit_id
    group by 1, 2, 3
),
change as (
    select 0 as star, '-infinity'::date as since, null::date as until, count(*) as units from stood
    union all
    select c.star, h.since, h.until, c.units
    from held h
    cross join lateral (values (h.star, h.units), (0, -h.units)) c (star, units)
)
select 'stars' as question, '' as place, y.year::text as a, c.star::text as b, '' as c, sum(c.units)::bigint as count,
       0::numeric as n, 0::numeric as m, null::date as since
from (
    select year, least(make_date(year, 12, 31), %(day)s) as last
    from generate_series(%(year)s::int - 4, %(year)s::int) year
) y
join change c on c.since <= y.last and (c.until is null or c.until > y.last)
group by y.year, c.star
having sum(c.units) > 0
