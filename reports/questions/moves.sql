-- The star that each rated village held on 1 January (b) and holds on the day (c); a: whether it rose or fell.
select u.code as unit, case when p.star > was.star then 'up' when p.star < was.star then 'down' else 'same' end as a,
       coalesce(was.star, 0)::text as b, coalesce(p.star, 0)::text as c,
       0::numeric as n, 0::numeric as m, lower(p.during) as since, '' as subject
from villages_unit u
left join ratings_starperiod p on p.unit_id = u.code and p.superseded_at is null
     and p.unit_id >= %(code)s and p.unit_id < %(end)s and p.during @> %(day)s::date
left join ratings_starperiod was on was.unit_id = u.code and was.superseded_at is null
     and was.unit_id >= %(code)s and was.unit_id < %(end)s and was.during @> make_date(%(year)s::int, 1, 1)
where {standing}
