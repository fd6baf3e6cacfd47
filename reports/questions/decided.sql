-- Results of villages in force by the day, one per village and year, of the last year that tells how a place stands and
-- the year before: the last in which at least half as many villages have a result as in its fullest year, since a year
-- under way begins with a few.
-- Ask whether a year is at least the last one: none is later, and of an equality the planner expects one row.
with result as materialized (
    select distinct on (d.unit_id, d.year) d.unit_id, d.year, d.origin, d.application_id, d.scheme_id, d."on"
    from ratings_decision d
    where d.state = 'confirmed' and d."on" <= %(day)s and d.application_id is not null
      and d.unit_id >= %(code)s and d.unit_id < %(end)s
      and d.unit_id not in (
          select code from villages_unit where level <> 'village' and code >= %(code)s and code < %(end)s
      )
    order by d.unit_id, d.year, d."on" desc, d.id desc
),
last as materialized (
    select max(year) as year
    from (select year, count(*) as units, max(count(*)) over () as most from result group by year) y
    where 2 * units >= most
)
select *, (select year from last) as last_year, max(year) over (partition by unit_id) as own_last_year
from result
where year between (select year from last) - 1 and (select year from last)
