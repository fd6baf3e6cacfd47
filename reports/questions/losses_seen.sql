-- All that losses.sql is counted from, as one text (a): where it is the same, the same points are lost in each place. To
-- sum up ten thousands of points takes five times longer.
select 'losses_seen' as question, '' as place,
       concat_ws(' ', count(*), sum(hash_record_extended(r, 0)), (
           select sum(jsonb_hash_extended(s.body, 0)) from ratings_scheme s
           where s.id in (select scheme_id from decided)
       )) as a,
       '' as b, '' as c, count(*) as count, 0::numeric as n, 0::numeric as m, null::date as since
from ({points_behind}) r
