-- Self-assessment against the panel on the criteria that both judged, of the results in force by the day: n points more
-- than the panel's m; a is the band, b the year.
select d.unit_id as unit,
       case when g.gap >= 10 then '10' when g.gap >= 5 then '5' when g.gap > 0 then '0' else '-' end as a,
       d.year::text as b, '' as c, g.gap as n, p.panel as m, d."on" as since, '' as subject
from decided d
join ratings_selfandpanel p on p.application_id = d.application_id
cross join lateral (select p.own - p.panel as gap) g
where d.year >= d.last_year
