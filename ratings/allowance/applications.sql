-- The relations that allowed_star.sql reads, for applications at one stage.
with entry as materialized (
    select a.id, coalesce(d.scheme_id, c.scheme_id) as scheme, a.cycle_id as pool, a.unit_id as unit, %s::date as day
    from ratings_application a join ratings_cycle c on c.id = a.cycle_id
    left join lateral (  -- a published result stays under the version that its decision names
        select scheme_id from ratings_decision
        where application_id = a.id and state in {published} and origin <> 'closing'
        order by id desc limit 1
    ) as d on a.state in {out}
    where a.id in ({chosen})
),
scheme as materialized (
    select s.id, c.year, s.body, case when c.scoring_closed_at is not null then (
        select count(*) from villages_unit u where {rated}
    ) end as rated
    from (select distinct scheme, pool from entry) as e
    join ratings_cycle c on c.id = e.pool join ratings_scheme s on s.id = e.scheme
),
point as not materialized (
    select application_id as entry, criterion, points, figure from ratings_points where stage = %s
),
veto as not materialized (
    select unit_id as unit, code, "on" as met from ratings_veto where withdrawn_at is null
),
standing as not materialized (
    select cycle_id as pool, {total} as total from ratings_application
    where {total} is not null and cycle_id in (select pool from entry) and id not in (select id from entry)
)
{query}
