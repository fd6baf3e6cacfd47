-- What is late or unusual below one unit: one row per warning. Each rule returns: its name, the unit, since which day, what
-- it is about, the year, whose page is its cause, and what it measured against the threshold (null where it has none).
with application as (
    select a.*, c.year as cycle_year from ratings_application a
    join ratings_cycle c on c.id = a.cycle_id
    where a.unit_id >= %(code)s and a.unit_id < %(end)s
      -- Applications still in review when a cycle is closed are its exceptions, and continue.
      and (c.state = 'open' or a.state = any (%(under_way)s))
),
-- Figures of submitted applications, each beside the range of the others of its county (``records.outliers.outlier``: of
-- more than five others the two extremes may be errors themselves). Only the two at each end can lie outside it.
figure as (
    select a.id, a.unit_id, a.submitted_at, c.year, w.item, w.value, left(a.unit_id, 6) as county,
           row_number() over figures as place, count(*) over (partition by left(a.unit_id, 6), c.id, w.item) as n,
           array_agg(w.value) over (figures rows between unbounded preceding and unbounded following) as sorted
    from ratings_cycle c
    join unnest(%(cycles)s::int[], %(items)s::text[]) as asked (cycle_id, item) on asked.cycle_id = c.id
    join ratings_application a on a.cycle_id = c.id and a.submitted_at is not null
    join ratings_answer w on w.application_id = a.id and w.item = asked.item and w.value is not null
    where c.state = 'open' and left(a.unit_id, 6) >= left(%(code)s, 6) and left(a.unit_id, 6) < left(%(code)s, 6) || '~'
    window figures as (partition by left(a.unit_id, 6), c.id, w.item order by w.value, a.id)
),
ranged as (
    select f.*, {W10} as times,
           case when n <= 6 then sorted[case when place = 1 then 2 else 1 end]
                else sorted[case when place <= 2 then 3 else 2 end] end as low,
           case when n <= 6 then sorted[case when place = n then n - 1 else n end]
                else sorted[case when place >= n - 1 then n - 2 else n - 1 end] end as high
    from figure f
    where n > 3 and (place <= 2 or place >= n - 1) and f.unit_id >= %(code)s and f.unit_id < %(end)s
),
unusual as (
    select r.* from ranged r
    where (
        value < low and low - value >= 5
        and (low * value < 0 or greatest(abs(low), abs(value)) >= times * least(abs(low), abs(value)))
    ) or (
        value > high and value - high >= 5
        and (high * value < 0 or greatest(abs(high), abs(value)) >= times * least(abs(high), abs(value)))
    )
),
warning as (
    select 'W1' as rule, u.code as unit, ((w.closes - interval '1 microsecond') at time zone 'Asia/Shanghai')::date as since,
           c.id || ':' || u.code as subject, c.year as year, u.code as leads_to, null::jsonb as measured
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
    select 'W2', a.unit_id, ((r.due - interval '1 microsecond') at time zone 'Asia/Shanghai')::date, r.id::text, a.cycle_year,
           a.id::text, null
    from application a join ratings_return r on r.application_id = a.id and r.answered_at is null
    where a.state = 'returned' and r.due <= %(now)s
    union all
    select 'W3', a.unit_id, (a.submitted_at at time zone 'Asia/Shanghai')::date, a.id::text, a.cycle_year, a.id::text,
           jsonb_build_object('value', %(today)s - (a.submitted_at at time zone 'Asia/Shanghai')::date, 'limit', {W3})
    from application a
    where a.state = 'submitted' and a.submitted_at <= %(now)s - {W3} * interval '1 day'
    union all
    select 'W4', o.unit_id, (o.made_at at time zone 'Asia/Shanghai')::date, o.id::text,
           extract(year from o.made_at at time zone 'Asia/Shanghai')::int, o.id::text, null
    from reviews_objection o
    where o.state = 'open' and o.unit_id >= %(code)s and o.unit_id < %(end)s
    union all
    select 'W6', e.unit_id, e."on", e.id::text, extract(year from e."on")::int, e.id::text,
           jsonb_build_object('value', %(today)s - e."on", 'limit', {W6})
    from ratings_event e
    where e.closed is null and not e.held and e."on" < %(today)s - {W6}
      and not exists (select from ratings_reversal v where v.event_id = e.id)
      and e.unit_id >= %(code)s and e.unit_id < %(end)s
    union all
    -- Only once the result is public: before that, nobody outside the deciding office may see it.
    select 'W7', a.unit_id, (a.submitted_at at time zone 'Asia/Shanghai')::date, a.id::text, a.cycle_year, a.id::text,
           jsonb_build_object('value', trim_scale(round(b.own - b.panel, 2)), 'limit', {W7})
    from application a
    join ratings_selfandpanel b on b.application_id = a.id and b.own - b.panel >= {least_W7}
    where a.state = any (%(star_published)s) and b.own - b.panel >= {W7}
    union all
    -- The n-th of the days is the last meeting day after which n working days are over.
    select 'W8', b.unit_id, b.met_on, b.id::text, c.year, b.id::text,
           jsonb_build_object('value', (select count(*) from unnest(%(met_before)s::date[]) d (day) where b.met_on <= d.day), 'limit', {W8})
    from reviews_batch b join ratings_cycle c on c.id = b.cycle_id
    where b.state = 'draft' and b.met_on <= (%(met_before)s::date[])[{W8}]
      and b.unit_id >= %(code)s and b.unit_id < %(end)s
    union all
    -- The second of two alike that have effect; for as long as it could repeat the first.
    select 'W9', e.unit_id, e."on", e.id::text, extract(year from e."on")::int, e.id::text,
           jsonb_build_object('value', e."on" - f."on", 'limit', {W9})
    from ratings_event e
    cross join lateral (
        select f."on" from ratings_event f
        where f.unit_id = e.unit_id and f.kind = e.kind and not f.held and (f."on", f.id) < (e."on", e.id)
          and f."on" >= e."on" - {W9}
          and not exists (select from ratings_reversal v where v.event_id = f.id)
        order by f."on" desc limit 1
    ) f
    where not e.held and e."on" >= %(today)s - {W9} and e.unit_id >= %(code)s and e.unit_id < %(end)s
      and not exists (select from ratings_reversal v where v.event_id = e.id)
    union all
    select 'W10', f.unit_id, (f.submitted_at at time zone 'Asia/Shanghai')::date, f.id || ':' || f.item, f.year, f.id::text,
           jsonb_build_object(
               'value', trim_scale(f.value), 'low', trim_scale(f.low), 'high', trim_scale(f.high), 'limit', f.times
           )
    from unusual f
)
select w.rule, w.unit, w.subject, w.year, w.since, w.leads_to, w.measured
from warning w
where w.rule = any(%(always_on)s) or coalesce(
    (
        select t.active from reports_warningthreshold t
        where t.rule = w.rule and t.active is not null and t.unit_id in (left(w.unit, 6), left(w.unit, 4))
        order by length(t.unit_id) desc limit 1
    ),
    true
)
order by w.since, w.rule, w.unit
