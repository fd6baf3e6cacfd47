-- Results of villages in force by the day, one per village and year, up to the last year that tells how a place stands:
-- in which at least half as many villages have a result as in its fullest year. A year under way begins with a few.
-- Windows, not joins: where few results are expected a join compares each with each. For the same reason ask whether a
-- year is at least the last one: none is later, and of an equality the planner expects one row.
select unit_id, year, origin, application_id, scheme_id, "on", last_year,
       max(year) over (partition by unit_id) as own_last_year
from (
    select f.*, max(year) filter (where 2 * units >= most) over () as last_year
    from (
        select e.*, max(units) over () as most
        from (
            select one.*, count(*) over (partition by year) as units
            from (
                select distinct on (d.unit_id, d.year) d.unit_id, d.year, d.origin, d.application_id, d.scheme_id, d."on"
                from ratings_decision d
                join villages_unit u on u.code = d.unit_id and u.level = 'village'
                where d.state = 'confirmed' and d."on" <= %(day)s and d.application_id is not null
                  and d.unit_id >= %(code)s and d.unit_id < %(end)s
                order by d.unit_id, d.year, d."on" desc, d.id desc
            ) one
        ) e
    ) f
) g
where year <= last_year
