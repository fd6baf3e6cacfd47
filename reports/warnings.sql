-- What is late or unusual below one unit: one row per warning, the most urgent first (red before yellow, longest first).
-- Each rule returns: its name, whether it is red, the unit, since which day, what it is about, and the year.
with application as (
    select a.*, c.year as cycle_year from ratings_application a
    join ratings_cycle c on c.id = a.cycle_id
    where a.unit_id >= %(code)s and a.unit_id < %(end)s
      -- Applications still in review when a cycle is closed are its exceptions, and continue.
      and (c.state = 'open' or a.state = any (%(under_way)s))
),
warning as (
    select 'W1' as rule, true as red, u.code as unit, ((w.closes - interval '1 microsecond') at time zone 'Asia/Shanghai')::date as since,
           c.id || ':' || u.code as subject, c.year as year
    from ratings_cycle c
    join ratings_scheme s on s.id = c.scheme_id
    join ratings_window w on w.cycle_id = c.id and w.step = 'apply' and w.closes <= %(now)s
    join villages_unit u on {rated} and u.code >= %(code)s and u.code < %(end)s
    left join application a on a.cycle_id = c.id and a.unit_id = u.code
    where c.state = 'open'
      and ((c.unit_id >= %(code)s and c.unit_id < %(end)s) or left(%(code)s, length(c.unit_id)) = c.unit_id)
      and (a.id is null or a.state = 'draft')
      and not exists (
          select from ratings_extension e
          where e.cycle_id = c.id and e.unit_id = u.code and e.step = 'apply' and e.closes > %(now)s
      )
    union all
    select 'W2', true, a.unit_id, ((r.due - interval '1 microsecond') at time zone 'Asia/Shanghai')::date, r.id::text, a.cycle_year
    from application a join ratings_return r on r.application_id = a.id and r.answered_at is null
    where a.state = 'returned' and r.due <= %(now)s
    union all
    select 'W3', false, a.unit_id, (a.submitted_at at time zone 'Asia/Shanghai')::date, a.id::text, a.cycle_year
    from application a
    where a.state = 'submitted' and a.submitted_at <= %(now)s - {W3} * interval '1 day'
    union all
    select 'W4', false, o.unit_id, (o.made_at at time zone 'Asia/Shanghai')::date, o.id::text,
           extract(year from o.made_at at time zone 'Asia/Shanghai')::int
    from reviews_objection o
    where o.state = 'open' and o.unit_id >= %(code)s and o.unit_id < %(end)s
    union all
    select 'W5', false, p.unit_id, e."on", p.id::text, extract(year from e."on")::int
    from ratings_proposal p join ratings_event e on e.id = p.event_id
    where p.state = 'open' and p.unit_id >= %(code)s and p.unit_id < %(end)s
    union all
    select 'W6', false, e.unit_id, e."on", e.id::text, extract(year from e."on")::int
    from ratings_event e
    where e.closed is null and not e.held and e."on" < %(today)s - {W6}
      and not exists (select from ratings_reversal v where v.event_id = e.id)
      and e.unit_id >= %(code)s and e.unit_id < %(end)s
    union all
    -- Only once the result is public: before that, nobody outside the deciding office may see it.
    select 'W7', false, a.unit_id, (a.submitted_at at time zone 'Asia/Shanghai')::date, a.id::text, a.cycle_year
    from application a
    where a.state = any (%(star_published)s) and a.self_total - a.panel_total >= {least_W7}
      and a.self_total - a.panel_total >= {W7}
    union all
    -- The n-th of the days is the last meeting day after which n working days are over.
    select 'W8', true, b.unit_id, b.met_on, b.id::text, c.year
    from reviews_batch b join ratings_cycle c on c.id = b.cycle_id
    where b.state = 'draft' and b.met_on <= (%(met_before)s::date[])[{W8}]
      and b.unit_id >= %(code)s and b.unit_id < %(end)s
    union all
    -- The second of two alike that have effect; for as long as it could repeat the first.
    select 'W9', false, e.unit_id, e."on", e.id::text, extract(year from e."on")::int
    from ratings_event e
    where not e.held and e."on" >= %(today)s - {W9} and e.unit_id >= %(code)s and e.unit_id < %(end)s
      and not exists (select from ratings_reversal v where v.event_id = e.id)
      and exists (
          select from ratings_event f
          where f.unit_id = e.unit_id and f.kind = e.kind and not f.held and (f."on", f.id) < (e."on", e.id)
            and f."on" >= e."on" - {W9}
            and not exists (select from ratings_reversal v where v.event_id = f.id)
      )
)
select w.rule, w.red, w.unit, u.name, coalesce(t.name, ''), (%(today)s - w.since)::int,
       count(*) filter (where w.red) over (), count(*) filter (where not w.red) over (),
       w.subject, w.year, w.since
from warning w
join villages_unit u on u.code = w.unit
left join villages_unit t on t.code = left(w.unit, 9) and t.code <> w.unit
order by w.red desc, w.since, w.rule, w.unit
limit %(limit)s
