-- Decisions + events → star periods (formats §3). One query for one unit, a nation, any day. It follows:
--   wanted (code, level)    the units to calculate
--   horizon (day)           the last day that matters; later boundaries are ignored
-- and ends with the relation
--   period (unit, since, until, star, decided, decision, scheme, effects)   half-open days; the last until is null,
--                           except for a unit that an order dissolved
--
-- Orders (practice §4): on its day an order ends the periods of the units it touches. Decisions in force and effects pass
-- on to their successors, each with the ``way`` it came (":B" from B, ":B:A" from B, which had it from A). An effect
-- applies to an inherited decision that came the same way or part of it, and to every decision made since. Until then the
-- lowest of the inherited stars is held.

{source},
succession as materialized (
    select p.before_id as before, p.after_id as after, o."on" as day
    from villages_unitsuccession p join villages_reorganizationorder o on o.id = p.order_id
    where o.kind <> 'rename' and o."on" <= (select day from horizon)
),
forebear (unit) as (
    select p.before from succession p where p.after in (select code from wanted)
    union
    select p.before from forebear f join succession p on p.after = f.unit
),
unit as materialized (
    select code, level from wanted
    union all
    select u.code, u.level from villages_unit u
    where u.code in (select unit from forebear) and not exists (select from wanted w where w.code = u.code)
),
turn as materialized (  -- the days on which orders touched a unit
    select unit, array_agg(day order by day) as days
    from (select before as unit, day from succession union select after, day from succession) as t
    group by unit
),
gone as materialized (  -- the first day on which a unit is no more
    select before as unit, min(day) as day from succession p
    where not exists (select from succession q where q.before = p.before and q.after = p.before and q.day = p.day)
    group by before
),
version as materialized (  -- issued schemes: a year's judge until the next issued year's, the last issued by the day
    select id, unit_id, rates, body, year,
           min(year) over (years range between 1 following and unbounded following) as next_year,
           case when lag(id) over issues is null then '-infinity'::date else issued end as since,
           lead(issued, 1, 'infinity'::date) over issues as until
    from (
        select *, (issued_at at time zone 'Asia/Shanghai')::date as issued from ratings_scheme
        where state = 'issued' and programme_id is null
    ) as s
    window years as (partition by unit_id, rates order by year),
           issues as (partition by unit_id, rates, year order by issued_at, id)
),
above as materialized (  -- the beginnings of each unit's code that may be the code of who issued a scheme
    select u.code as unit, u.level, left(u.code, n.length) as code
    from unit u cross join (select distinct length(unit_id) as length from version) as n
),
governed as materialized (  -- every scheme above a unit; of several that judge, the longer code is the nearer unit's
    select a.unit, v.id as scheme, v.year, coalesce(v.next_year, 32767) as next_year, v.since, v.until,
           length(v.unit_id) as nearness
    from above a join version v on v.unit_id = a.code and v.rates = a.level
),
made as materialized (  -- confirmed decisions; of several on one day the last alone comes into force
    select distinct on (d.unit_id, d."on")
           d.unit_id as unit, d.id, d."on", d.cut_off, d.star, d.scheme_id as scheme, d.year
    from unit u join ratings_decision d on d.unit_id = u.code
    left join gone on gone.unit = d.unit_id
    where d.state = 'confirmed' and d."on" <= (select day from horizon) and (gone.day is null or d."on" < gone.day)
    order by d.unit_id, d."on", d.id desc
),
decision as materialized (  -- one made on paper names no scheme: it falls under that of its year and day
    select m.unit, id, "on", cut_off, star, scheme, least(
               lead("on", 1, 'infinity'::date) over (partition by m.unit order by "on"),
               case when t.unit is not null then (select min(day) from unnest(t.days) as day where day > "on") end
           ) as next_on
    from (
        select distinct on (m.unit, m."on")
               m.unit, m.id, m."on", m.cut_off, m.star, coalesce(m.scheme, g.scheme) as scheme
        from made m left join governed g
            on g.unit = m.unit and m.scheme is null and m.year >= g.year and m.year < g.next_year
            and m."on" >= g.since and m."on" < g.until
        order by m.unit, m."on", g.nearness desc
    ) as m
    left join turn t on t.unit = m.unit
),
settled as materialized (  -- what was decided on units after an order, or before it
    select unit, "on", cut_off from decision where unit in (select after from succession)
),
held (unit, way, decision, decided, scheme, since, until) as (  -- the decisions in force on a unit
    select unit, '' collate "C", id, star, scheme, "on", next_on from decision
    union all
    select p.after, ':' || h.unit || h.way, h.decision, h.decided, h.scheme, p.day, least(
               (select min(s."on") from settled s where s.unit = p.after and s."on" >= p.day),
               (select min(day) from turn t, unnest(t.days) as day where t.unit = p.after and day > p.day),
               'infinity'
           )
    from held h join succession p on p.before = h.unit and h.since < p.day and p.day <= h.until
),
happened as materialized (  -- events that count, each under the scheme that judges it
    select distinct on (e.id) e.id, e.unit_id as unit, e.kind, e."on", e.closed, v."on" as reversed, g.scheme, least(
               case when t.unit is not null then (select min(day) from unnest(t.days) as day where day > e."on") end,
               'infinity'
           ) as until
    from governed g join ratings_event e on e.unit_id = g.unit
    left join turn t on t.unit = e.unit_id
    left join ratings_reversal v on v.event_id = e.id
    where not e.held and e."on" <= (select day from horizon)
      and extract(year from e."on") >= g.year and extract(year from e."on") < g.next_year
      and e."on" >= g.since and e."on" < g.until
    order by e.id, g.nearness desc
),
rule as materialized (
    select v.id as scheme, r.nr - 1 as nr, r.body ->> 'event' as kind, r.body ->> 'does' as does,
           (r.body ->> 'by')::int as by, (r.body ->> 'star')::int as star, (r.body ->> 'months')::int as months,
           coalesce((r.body ->> 'automatic')::boolean, false) as automatic
    from version v cross join lateral jsonb_array_elements(v.body -> 'rules') with ordinality as r (body, nr)
    where v.id in (select scheme from happened)
),
judgement as materialized (  -- the first decision to come into force that has judged a day's events
    select h.unit, h."on", min(d."on") as day
    from (select distinct unit, "on", until from happened) as h
    join decision d on d.unit = h.unit and d.cut_off >= h."on" and d."on" < h.until
    group by h.unit, h."on"
),
reach (unit, way, event, "on", since, until, judged) as (  -- events where they act, and what has judged them so far
    select h.unit, '' collate "C", h.id, h."on", h."on", h.until, j.day
    from happened h left join judgement j on j.unit = h.unit and j."on" = h."on"
    union all
    select p.after, ':' || r.unit || r.way, r.event, r."on", p.day, s.until, coalesce(r.judged, (
        select min(d."on") from settled d
        where d.unit = p.after and d.cut_off >= r."on" and d."on" >= p.day and d."on" < s.until
    ))
    from reach r
    join succession p on p.before = r.unit and p.day = r.until
    cross join lateral (
        select least(
            (select min(day) from turn t, unnest(t.days) as day where t.unit = p.after and day > p.day), 'infinity'
        ) as until
    ) as s
),
effect as materialized (
    select *
    from (
        select c.unit, c.way, h.id as event, r.nr as rule, r.does, r.by, r.star,
               case r.does when 'cap' then 'cap:' || r.star when 'lower' then 'lower:' || r.by else r.does end as label,
               c.since,
               least(
                   (h."on" + make_interval(months => r.months))::date,
                   case when r.does <> 'revoke' then h.closed + 1 end,
                   h.reversed,  -- an appeal was upheld
                   case when r.does <> 'cap' or r.months is null then c.judged end,
                   nullif(c.until, 'infinity')
               ) as until
        from reach c
        join happened h on h.id = c.event
        join rule r on r.scheme = h.scheme and r.kind = h.kind
        left join ratings_proposal p
            on p.event_id = h.id and p.scheme_id = h.scheme and p.rule = r.nr and p.state = 'confirmed'
        where r.automatic or p.id is not null
    ) as e
    where way = '' or until is null or until > since
),
boundary as materialized (
    select unit, since as day from held
    union
    select unit, since from effect
    union
    select unit, until from effect where until <= (select day from horizon)
),
strand as materialized (  -- the star by each decision in force, on each boundary and until the next
    select b.unit, b.day, h.decision, h.decided, h.scheme,
           case
               when bool_or(e.does in ('suspend', 'revoke')) then 0
               else greatest(0, least(
                   h.decided - coalesce(sum(e.by) filter (where e.does = 'lower'), 0),
                   min(e.star) filter (where e.does = 'cap')
               ))
           end as star,
           coalesce(
               array_agg(e.label order by e.label collate "C") filter (where e.label is not null), '{}'
           ) as effects
    from boundary b
    join held h on h.unit = b.unit and b.day >= h.since and b.day < h.until
    left join effect e on e.unit = b.unit and b.day >= e.since and (e.until is null or b.day < e.until)
        and (e.way = '' or h.way = '' or starts_with(e.way, h.way) or starts_with(h.way, e.way))
    group by b.unit, b.day, h.way, h.decision, h.decided, h.scheme
),
standing as materialized (  -- of several decisions the one that leaves the lowest star; all effects are named
    select unit, day, decision, decided, scheme, star, effects
    from strand
    where unit not in (select after from succession)
    union all
    (
        select distinct on (s.unit, s.day) s.unit, s.day, s.decision, s.decided, s.scheme, s.star, (
            select coalesce(array_agg(e.label order by e.label collate "C"), '{}')
            from effect e
            where e.unit = s.unit and s.day >= e.since and (e.until is null or s.day < e.until)
        )
        from strand s
        where s.unit in (select after from succession)
        order by s.unit, s.day, s.star, s.decided, s.decision
    )
),
period as (
    select s.unit, s.day as since, coalesce(lead(s.day) over (partition by s.unit order by s.day), gone.day) as until,
           star::smallint as star, decided, decision, scheme, effects
    from (
        select s.*, ((decision, star, scheme, effects) is distinct from
                     (lag(decision) over w, lag(star) over w, lag(scheme) over w, lag(effects) over w)) as changed
        from standing s
        window w as (partition by unit order by day)
    ) as s
    join wanted on wanted.code = s.unit
    left join gone on gone.unit = s.unit
    where changed
)
{query}
