-- Points → total, areas, rank, star allowed, bars and what is short (formats §1, "Total", "A veto", "rule", "top").
-- One reading for one application, a nation, and a trial that keeps nothing. It stands after the caller's relations:
--   scheme (id, year, body, rated)            rated: how many units are rated; null until scoring is closed
--   entry (id, scheme, unit, day)             what is to be judged, on its decision day
--   point (entry, criterion, points, figure)  exact points
--   veto (unit, code, met)                    the days on which veto items were met
--   standing (scheme, total)                  totals of the schemes' other units, for the rank

-- A scheme's parts, unrolled once a scheme.
area as materialized (
    select s.id as scheme, coalesce(s.body ->> 'rule', 'lines') as rule, a.nr, a.body ->> 'code' as code,
           a.body ->> 'kind' as kind, (a.body ->> 'cap')::numeric as cap, (a.body ->> 'line')::numeric as line,
           coalesce((a.body ->> 'core')::boolean, false) as core, a.body -> 'criteria' as criteria
    from scheme s cross join lateral jsonb_array_elements(s.body -> 'areas') with ordinality as a (body, nr)
),
criterion as materialized (  -- variants of one code are one criterion
    select a.scheme, a.nr as area, c.body ->> 'code' as code, min(c.nr) as nr,
           max((c.body ->> 'max')::numeric) as full_marks
    from area a cross join lateral jsonb_array_elements(a.criteria) with ordinality as c (body, nr)
    group by 1, 2, 3
),
rung as materialized (  -- what can be reached: a star of the list or, under "areas", the star of a base area
    select s.id as scheme, r.nr, r.body -> 'star' as label, r.body, null::numeric as line
    from scheme s cross join lateral jsonb_array_elements(s.body -> 'stars') with ordinality as r (body, nr)
    union all
    select scheme, nr, to_jsonb(code), '{}', line from area where rule = 'areas' and kind = 'base'
),
condition as materialized (  -- everything a rung asks: the measure must stand in this sense to what it needs
    select r.scheme, r.nr as rung, c.*
    from rung r cross join lateral (
        select 1 as part, 0::bigint as nr, 'total' as why, 'total' as measure, '>=' as sense,
               (r.body ->> 'total')::numeric as needs
        where r.body ->> 'total' is not null
        union all
        select 2, 0, 'over', 'total', '>', (r.body ->> 'over')::numeric
        where r.body ->> 'over' is not null
        union all
        select 3, a.nr, 'areas.' || a.code, 'areas.' || a.code, '>=', share.value::numeric * (
            select coalesce(sum(c.full_marks), 0) from criterion c where c.scheme = r.scheme and c.area = a.nr
        )
        from jsonb_each_text(r.body -> 'areas') as share (code, value)
        join area a on a.scheme = r.scheme and a.code = share.code
        union all
        select 4, c.area * 10000 + c.nr, 'criteria.' || c.code, 'criteria.' || c.code, '>=', named.value::numeric
        from jsonb_each_text(r.body -> 'criteria') as named (code, value)
        join criterion c on c.scheme = r.scheme and c.code = named.code
        union all
        select 5, c.area * 10000 + c.nr, 'figures.' || c.code, 'figures.' || c.code,
               case jsonb_typeof(named.value) when 'object' then '<=' else '>=' end,
               case jsonb_typeof(named.value) when 'object' then named.value ->> 'at_most' else named.value #>> '{}' end
                   ::numeric
        from jsonb_each(r.body -> 'figures') as named (code, value)
        join criterion c on c.scheme = r.scheme and c.code = named.code
        union all
        select 6, 0, 'top', 'rank', '<=', (r.body ->> 'top')::numeric * s.rated
        from scheme s
        where s.id = r.scheme and r.body ->> 'top' is not null
        union all
        select 7, a.nr, 'core.' || a.code, 'areas.' || a.code, '>=', a.line
        from area a
        where a.scheme = r.scheme and r.body ->> 'core' = 'all' and a.core and a.kind = 'base'
        union all
        select 8, 0, 'others', 'others', '>=', (r.body ->> 'others')::numeric
        where r.body ->> 'others' is not null
        union all
        select 9, r.nr, 'line', 'areas.' || (r.label #>> '{}'), '>=', r.line
        where r.line is not null
    ) as c
),
veto_item as materialized (
    select s.id as scheme, s.year, v.nr, v.body ->> 'code' as code, (v.body ->> 'months')::int as months,
           v.body -> 'bars' as bars
    from scheme s cross join lateral jsonb_array_elements(s.body -> 'vetoes') with ordinality as v (body, nr)
),

-- What each entry has.
area_sum as (
    select p.entry, c.area, sum(p.points) as points
    from point p join entry e on e.id = p.entry join criterion c on c.scheme = e.scheme and c.code = p.criterion
    group by 1, 2
),
area_points as (
    select e.id as entry, e.scheme, a.nr, a.code, a.kind, a.core, a.line,
           case when a.kind = 'base' then coalesce(p.points, 0) else least(coalesce(p.points, 0), a.cap) end as points
    from entry e join area a on a.scheme = e.scheme left join area_sum p on p.entry = e.id and p.area = a.nr
),
entry_total as (
    select entry, scheme, greatest(0, sum(case kind when 'penalty' then -points else points end)) as total
    from area_points
    group by 1, 2
),
ranked as (
    select entry, rank() over (partition by scheme order by total desc) as rank
    from (select entry, scheme, total from entry_total union all select null, scheme, total from standing) as everyone
),
measure as (  -- only what some condition looks at
    select m.entry, m.measure, m.has
    from (
        select entry, scheme, 'total' as measure, total as has from entry_total
        union all
        select entry, scheme, 'areas.' || code, points from area_points
        union all
        select p.entry, e.scheme, 'criteria.' || p.criterion, p.points from point p join entry e on e.id = p.entry
        union all
        select p.entry, e.scheme, 'figures.' || p.criterion, p.figure from point p join entry e on e.id = p.entry
        union all
        select e.id, e.scheme, 'rank', r.rank from entry e join ranked r on r.entry = e.id
        union all
        select entry, scheme, 'others', count(*) filter (where kind = 'base' and not core and points >= line)
        from area_points
        group by 1, 2
    ) as m
    where (m.scheme, m.measure) in (select scheme, measure from condition)
),
barred as (  -- vetoes in force on the decision day
    select distinct e.id as entry, e.scheme, i.nr, i.code, i.bars
    from entry e
    join veto v on v.unit = e.unit
    join veto_item i on i.scheme = e.scheme and i.code = v.code
    where v.met <= e.day
      and case when i.months is null then extract(year from v.met) = i.year
               else e.day < v.met + make_interval(months => i.months) end
),

-- What stands in the way of each rung, and how far each entry comes.
failing as (
    select e.id as entry, c.rung, c.part, c.nr, c.why, m.has, c.needs
    from entry e
    join condition c on c.scheme = e.scheme
    left join measure m on m.entry = e.id and m.measure = c.measure
    where (case c.sense when '>=' then m.has >= c.needs when '<=' then m.has <= c.needs else m.has > c.needs end)
          is not true
    union all
    select b.entry, r.nr, 10, b.nr, 'bar.' || b.code, null, null
    from barred b join rung r on r.scheme = b.scheme and (b.bars = '"all"' or b.bars @> r.label)
),
reached as (
    select e.id as entry,
           coalesce(max(case when r.line is null then (r.label #>> '{}')::int end),
                    count(r.nr) filter (where r.line is not null), 0)::int as star
    from entry e
    left join rung r on r.scheme = e.scheme
        and not exists (select from failing f where f.entry = e.id and f.rung = r.nr)
    group by 1
)
