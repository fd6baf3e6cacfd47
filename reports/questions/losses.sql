-- Points that each village lost, by criterion, of the results in force by the day: n lost of m; a is the year.
-- The year before is that of the same villages. c: whether anything was lost.
with decided as (
    {decided}
),
criterion as (
    select s.id as scheme, c.body ->> 'code' as code, max((c.body ->> 'max')::numeric) as most
    from ratings_scheme s
    cross join lateral jsonb_array_elements(s.body -> 'areas') as a (body)
    cross join lateral jsonb_array_elements(a.body -> 'criteria') as c (body)
    where a.body ->> 'kind' = 'base' and s.id in (select scheme_id from decided)
    group by 1, 2  -- variants of one criterion, by a unit's tags, share its code
)
select d.unit_id as unit, d.year::text as a, p.criterion as b,
       case when p.points < c.most then 'lost' else 'full' end as c,
       c.most - p.points as n, c.most as m, d."on" as since, '' as subject
from decided d
join ratings_points p on p.application_id = d.application_id and p.stage = d.origin
join criterion c on c.scheme = d.scheme_id and c.code = p.criterion
where d.own_last_year >= d.last_year and d.year >= d.last_year - 1
