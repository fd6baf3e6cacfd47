-- Unit, how many villages had to take a step of the year's cycle, and how many did before its window closed.
{source}, rated as materialized (  -- under the cycle of the nearest unit above
    select distinct on (v.code) v.code, v.place, c.id as cycle
    from village v
    cross join (values (2), (4), (6), (9), (12)) as n (length)
    join ratings_cycle c on c.unit_id = left(v.code, n.length) and length(c.unit_id) = n.length and c.year = %s
        and (c.townships = '{}' or left(v.code, 9) = any (c.townships))
    join ratings_scheme s on s.id = c.scheme_id and s.rates = %s
    order by v.code, n.length desc, c.id desc
),
moved as materialized (  -- when the step was first taken, and whether the application ever came to it
    select a.cycle_id as cycle, a.unit_id as unit, a.state,
           min(t.at) filter (where t.from_state = %s and t.to_state = any (%s)) as taken,
           coalesce(bool_or(t.to_state = %s), false) as came
    from ratings_application a join ratings_transition t on t.application_id = a.id
    where a.cycle_id in (select cycle from rated)
    group by a.id
)
select r.place, count(*),
       count(*) filter (where m.taken < coalesce(greatest(w.closes, e.closes), 'infinity'))
from rated r
left join moved m on m.cycle = r.cycle and m.unit = r.code
left join ratings_window w on w.cycle_id = r.cycle and w.step = %s
left join ratings_extension e on e.cycle_id = r.cycle and e.step = %s and e.unit_id = r.code
where %s or m.taken is not null or (m.came and m.state <> %s)
group by 1
