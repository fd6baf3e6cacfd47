-- Self-assessment against the panel, of the results in force by the day: n points more than the panel; a is the band.
with decided as (
    {decided}
),
dated as (select *, max(year) over () as last_year from decided)
select d.unit_id as unit,
       case when g.gap >= 10 then '10' when g.gap >= 5 then '5' when g.gap > 0 then '0' else '-' end as a,
       '' as b, '' as c, g.gap as n, p.panel_total as m, d."on" as since, '' as subject
from dated d
join ratings_application p on p.id = d.application_id
cross join lateral (select p.self_total - p.panel_total as gap) g
where d.year = d.last_year and g.gap is not null
