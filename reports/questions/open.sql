-- Rated villages with events open on the day: n of them, the oldest since that day.
select e.unit_id as unit, '' as a, '' as b, '' as c, count(*)::numeric as n, 0::numeric as m, min(e."on") as since,
       '' as subject
from ratings_event e
join villages_unit u on u.code = e.unit_id
left join ratings_reversal r on r.event_id = e.id and r."on" <= %(day)s
where not e.held and r.id is null and e."on" <= %(day)s and (e.closed is null or e.closed > %(day)s)
  and e.unit_id >= %(code)s and e.unit_id < %(end)s and {standing}
group by 1
