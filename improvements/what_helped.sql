-- Each measure of agreed plans, by county and criterion: in how many plans it stands, how many of them passed, and what
-- the criterion gained in the villages' next confirmed result.
with planned as (
    select
        left(p.unit_id, 6) as county, q.criterion, q.name, m.text, m.id as measure, p.id as plan, p.state, q.full - q.lost as before,
        (
            select g.points
            from ratings_decision d
            join ratings_points g on g.application_id = d.application_id and g.stage = d.origin and g.criterion = q.criterion
            where d.unit_id = p.unit_id and d.year > p.year and d.state = 'confirmed'
            order by d.year, d."on" desc, d.id desc
            limit 1
        ) as after
    from improvements_measure m
    join improvements_problem q on q.id = m.problem_id
    join improvements_plan p on p.id = q.plan_id
    where p.id = any (%(plans)s) and p.agreed_at is not null and q.criterion <> ''
)
select
    county, criterion, min(name), text, min(measure), count(*), count(*) filter (where state = 'passed'), count(after),
    avg(after - before)
from planned
group by county, criterion, text
order by county, avg(after - before) desc nulls last, count(*) desc, criterion, text
