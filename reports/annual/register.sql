-- Every rated village below one unit with its result of a year's rating: one row per village, by code.
-- Points by area are those of the stage that decided, after the area's cap.
with last_word as materialized (  -- the last decision of each of the two years
    select distinct on (d.unit_id, d.year) d.*
    from ratings_decision d
    where d.state = 'confirmed' and d.year in (%(year)s, %(year)s - 1) and d.unit_id >= %(code)s and d.unit_id < %(end)s
    order by d.unit_id, d.year, d."on" desc, d.id desc
),
decided as (
    select * from last_word where year = %(year)s
),
place as materialized (  -- by scheme, the area of each criterion: {"1.1": ["1", cap or null]}; base areas have no cap
    select s.id as scheme, jsonb_object_agg(
        c.body ->> 'code',
        jsonb_build_array(a.body -> 'code', case a.body ->> 'kind' when 'base' then null else a.body -> 'cap' end)
    ) as of
    from ratings_scheme s
    cross join lateral jsonb_array_elements(s.body -> 'areas') as a (body)
    cross join lateral jsonb_array_elements(a.body -> 'criteria') as c (body)
    where s.id in (select scheme_id from decided)
    group by s.id
),
area_sum as (
    select d.application_id, place.of -> p.criterion as area, sum(p.points) as points
    from decided d
    join ratings_points p on p.application_id = d.application_id and p.stage = d.origin
    join place on place.scheme = d.scheme_id
    group by d.application_id, place.of -> p.criterion
),
area as (
    select application_id, jsonb_object_agg(area ->> 0, round(least(points, (area ->> 1)::numeric), 2)::text) as points
    from area_sum
    group by application_id
)
select county.name, township.code, township.name, u.code, u.name, a.applied_star, area.points, d.total, d.star, before.star,
       held.star, array_to_string(held.effects, ';'), held.decision_id = d.id
from villages_unit u
left join villages_unit county on county.code = left(u.code, 6)
left join villages_unit township on township.code = left(u.code, 9)
left join decided d on d.unit_id = u.code
left join last_word before on before.unit_id = u.code and before.year = %(year)s - 1
left join ratings_application a on a.id = d.application_id
left join area on area.application_id = d.application_id
left join ratings_starperiod held
       on held.unit_id = u.code and held.superseded_at is null and held.during @> %(today)s::date
where u.rated and u.level = 'village' and (u.ended is null or d.id is not null) and u.code >= %(code)s and u.code < %(end)s
order by u.code
