-- Points that each village lost, by criterion, of the results in force by the day: n lost of m; a is the year.
-- The year before is that of the same villages. c: whether anything was lost.
select r.unit_id as unit, r.year::text as a, p.criterion as b,
       case when p.points < c.most then 'lost' else 'full' end as c,
       c.most - p.points as n, c.most as m, r."on" as since, '' as subject
from ({points_behind}) r
cross join lateral unnest(r.criteria, r.points) as p (criterion, points)
join ({full_marks}) c on c.scheme = r.scheme_id and c.code = p.criterion
