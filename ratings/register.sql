-- Decisions + events → star periods (formats §3). One reading for one unit, a nation, any day. It stands after:
--   unit (code, level)      whose periods are wanted
--   horizon (day)           the last day that matters; no boundary after it is looked at
-- and ends with the relation
--   period (unit, since, until, star, decided, decision, scheme, effects)   half-open days; the last until is null

version as materialized (  -- issued schemes: a year's last version judges from its year to the next issued one's
    select id, unit_id, rates, body, year,
           lead(year, 1, 32767::smallint) over (partition by unit_id, rates order by year) as next_year
    from (
        select distinct on (unit_id, rates, year) id, unit_id, rates, body, year
        from ratings_scheme
        where state = 'issued'
        order by unit_id, rates, year, version desc
    ) as last
),
above as materialized (  -- the beginnings of each unit's code that may be the code of who issued a scheme
    select u.code as unit, u.level, left(u.code, n.length) as code
    from unit u cross join (select distinct length(unit_id) as length from version) as n
),
governed as materialized (  -- every scheme above a unit; of several that judge, the longer code is the nearer unit's
    select a.unit, v.id as scheme, v.year, v.next_year, length(v.unit_id) as nearness
    from above a join version v on v.unit_id = a.code and v.rates = a.level
),
made as materialized (  -- confirmed decisions; of several on one day the last alone comes into force
    select distinct on (d.unit_id, d."on")
           d.unit_id as unit, d.id, d."on", d.cut_off, d.star, d.scheme_id as scheme, d.year
    from unit u join ratings_decision d on d.unit_id = u.code
    where d.state = 'confirmed' and d."on" <= (select day from horizon)
    order by d.unit_id, d."on", d.id desc
),
decision as materialized (  -- one made on paper names no scheme: it falls under its year's of the nearest unit above
    select unit, id, "on", cut_off, star, scheme,
           lead("on", 1, 'infinity'::date) over (partition by unit order by "on") as next_on
    from (
        select distinct on (m.unit, m."on")
               m.unit, m.id, m."on", m.cut_off, m.star, coalesce(m.scheme, g.scheme) as scheme
        from made m left join governed g
            on g.unit = m.unit and m.scheme is null and m.year >= g.year and m.year < g.next_year
        order by m.unit, m."on", g.nearness desc
    ) as m
),
happened as materialized (  -- events that count, each under the scheme that judges it
    select distinct on (e.id) e.id, e.unit_id as unit, e.kind, e."on", e.closed, g.scheme
    from governed g join ratings_event e on e.unit_id = g.unit
    where not e.held and e."on" <= (select day from horizon)
      and extract(year from e."on") >= g.year and extract(year from e."on") < g.next_year
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
    from (select distinct unit, "on" from happened) as h
    join decision d on d.unit = h.unit and d.cut_off >= h."on"
    group by h.unit, h."on"
),
effect as materialized (
    select h.unit, h.id as event, r.nr as rule, r.does, r.by, r.star,
           case r.does when 'cap' then 'cap:' || r.star when 'lower' then 'lower:' || r.by else r.does end as label,
           h."on" as since,
           least(
               (h."on" + make_interval(months => r.months))::date,
               case when r.does <> 'revoke' then h.closed + 1 end,
               case when r.does <> 'cap' or r.months is null then j.day end
           ) as until
    from happened h
    join rule r on r.scheme = h.scheme and r.kind = h.kind
    left join judgement j on j.unit = h.unit and j."on" = h."on"
    left join ratings_proposal p
        on p.event_id = h.id and p.scheme_id = h.scheme and p.rule = r.nr and p.state = 'confirmed'
    where r.automatic or p.id is not null
),
boundary as materialized (
    select unit, "on" as day from decision
    union
    select unit, since from effect
    union
    select unit, until from effect where until <= (select day from horizon)
),
standing as materialized (  -- the star on each boundary, and until the next
    select b.unit, b.day, d.id as decision, d.star as decided, d.scheme,
           case
               when bool_or(e.does in ('suspend', 'revoke')) then 0
               else greatest(0, least(
                   d.star - coalesce(sum(e.by) filter (where e.does = 'lower'), 0),
                   min(e.star) filter (where e.does = 'cap')
               ))
           end as star,
           coalesce(
               array_agg(e.label order by e.label collate "C") filter (where e.label is not null), '{}'
           ) as effects
    from boundary b
    join decision d on d.unit = b.unit and b.day >= d."on" and b.day < d.next_on
    left join effect e on e.unit = b.unit and b.day >= e.since and (e.until is null or b.day < e.until)
    group by b.unit, b.day, d.id, d.star, d.scheme
),
period as (
    select unit, day as since, lead(day) over (partition by unit order by day) as until,
           star::smallint as star, decided, decision, scheme, effects
    from (
        select s.*, (decision, star, scheme, effects) is distinct from
                    (lag(decision) over w, lag(star) over w, lag(scheme) over w, lag(effects) over w) as changed
        from standing s
        window w as (partition by unit order by day)
    ) as s
    where changed
)
