-- Events of the year until the day, by kind and month; c: how each stood on the day.
select e.unit_id as unit, e.kind as a, extract(month from e."on")::int::text as b,
       case
           when (e.closed is null or e.closed > %(day)s) and f.due_at < %(moment)s then 'late'
           when e.closed is null or e.closed > %(day)s then 'open'
           when f.due_at is null then 'closed'
           when f.closed_at >= f.due_at then 'too_late'
           else 'in_time'
       end as c,
       0::numeric as n, 0::numeric as m, e."on" as since, e.id::text as subject
from ratings_event e
left join ratings_reversal r on r.event_id = e.id and r."on" <= %(day)s
left join (
    select distinct on (subject) subject, due_at, closed_at
    from followups_followup
    where kind = 'rectification' and state <> 'cancelled'
    order by subject, id desc
) f on f.subject = e.id::text
where not e.held and r.id is null and e."on" between make_date(%(year)s::int, 1, 1) and %(day)s
  and e.unit_id >= %(code)s and e.unit_id < %(end)s
