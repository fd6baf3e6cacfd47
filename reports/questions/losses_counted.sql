-- The rows of losses.sql counted, whatever c is: summed up by criterion before anything is compared with full marks, as a
-- county has thousands.
select 'losses' as question, p.place, p.year::text as a, p.criterion as b, '' as c, p.results as count,
       trim_scale(p.results * c.most - p.points) as n, p.results * c.most as m, p.since
from (
    select left(unit_id, %(digits)s::int) as place, year, scheme_id, criterion, count(*) as results, sum(points) as points,
           min("on") as since
    from ({points_behind}) b
    group by 1, 2, 3, 4
) p
join ({full_marks}) c on c.scheme = p.scheme_id and c.code = p.criterion
