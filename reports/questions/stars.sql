-- The star that each rated village held at the end of the year, of five years; in the last one on the day itself.
-- c: four stars and more, one and none, or between.
select u.code as unit, y.year::text as a, coalesce(p.star, 0)::text as b,
       case when p.star >= 4 then 'high' when p.star >= 2 then 'middle' else 'low' end as c,
       0::numeric as n, 0::numeric as m, lower(p.during) as since, '' as subject
from villages_unit u
cross join (
    select y as year, least(make_date(y, 12, 31), %(day)s) as last
    from generate_series(%(year)s::int - 4, %(year)s::int) y
    offset 0  -- once a year, not once a village and period
) y
left join ratings_starperiod p on p.unit_id = u.code and p.superseded_at is null
     and p.unit_id >= %(code)s and p.unit_id < %(end)s
     and p.during @> y.last
where {standing}
