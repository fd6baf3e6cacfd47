-- Points → total, areas, rank, maximum star, bars and shortfalls (formats §1, "Total", "A veto", "rule", "top").
-- One query for one application, a nation, and a dry run. It begins with the caller's relations:
--   scheme (id, year, body, rated)            rated: how many units are rated; null until scoring is closed
--   entry (id, scheme, pool, unit, day)       the entries to be judged, on their decision day; a pool is ranked together
--   point (entry, criterion, points, figure)  exact points
--   veto (unit, code, met)                    the days on which veto items were met
--   standing (pool, total)                    totals of the pools' other units, for the rank
-- and says where the sums of areas come from: scored (entry, area, points).

{source},

-- A scheme's body flattened into one row per scheme. (Keeping rows would be simpler to write, but the planner cannot know
-- how many elements a JSON list has, and plans for millions.)
form as materialized (  -- areas as arrays in the order of the scheme; of each criterion its area and its place in it
    select s.id as scheme, s.year, s.body, s.rated, area.*, criterion.*
    from scheme s
    cross join lateral (
        select coalesce(s.body ->> 'rule', 'lines') as rule,
               array_agg(a.body ->> 'code' order by a.nr) as codes,
               array_agg(a.body ->> 'kind' order by a.nr) as kinds,
               array_agg((a.body ->> 'cap')::numeric order by a.nr) as caps,
               array_agg((a.body ->> 'line')::numeric order by a.nr) as lines,
               array_agg(coalesce((a.body ->> 'core')::boolean, false) order by a.nr) as cores
        from jsonb_array_elements(s.body -> 'areas') with ordinality as a (body, nr)
    ) as area
    cross join lateral (
        select coalesce(jsonb_object_agg(c.code, c.area), '{}') as area_of,
               coalesce(jsonb_object_agg(c.code, c.place), '{}') as place_of,
               coalesce(jsonb_object_agg(c.code, c.most), '{}') as max_of
        from (  -- variants of one code are one criterion
            select c.body ->> 'code' as code, a.nr as area, min(c.nr) as place, max((c.body ->> 'max')::numeric) as most
            from jsonb_array_elements(s.body -> 'areas') with ordinality as a (body, nr)
            cross join lateral jsonb_array_elements(a.body -> 'criteria') with ordinality as c (body, nr)
            group by 1, 2
        ) as c
    ) as criterion
),
-- A rung is what can be reached: a star of the list or, under "areas", the star of a base area. A condition is one
-- requirement of a rung: a comparison of the entry's measure with what is needed.
rulebook as materialized (
    select f.*, rung.labels, rung.stars, asked.*, own.*, nothing.*
    from form f
    cross join lateral (
        select coalesce(array_agg(r.label order by r.nr), '{}') as labels,
               array_agg(case when f.rule <> 'areas' then r.label::int end order by r.nr) as stars,
               coalesce(array_agg(r.body order by r.nr), '{}') as bodies
        from (
            select r.nr, r.body -> 'star' as label, r.body
            from jsonb_array_elements(f.body -> 'stars') with ordinality as r (body, nr)
            union all
            select a.nr, to_jsonb(a.code), jsonb_build_object('line', a.line)
            from unnest(f.codes, f.kinds, f.lines) with ordinality as a (code, kind, line, nr)
            where f.rule = 'areas' and a.kind = 'base'
        ) as r
    ) as rung
    cross join lateral (
        select array_agg(c.rung) as asking, array_agg(c.part) as parts, array_agg(c.area) as areas, array_agg(c.place) as places,
               array_agg(c.why) as whys, array_agg(c.measure) as measures, array_agg(c.sense) as senses,
               array_agg(c.needs) as needs
        from unnest(rung.labels, rung.bodies) with ordinality as r (label, body, nr)
        cross join lateral (
            select r.nr as rung, 1 as part, 0::bigint as area, 0::bigint as place, 'total' as why, 'total' as measure, '>=' as sense,
                   (r.body ->> 'total')::numeric as needs
            where r.body ->> 'total' is not null
            union all
            select r.nr, 2, 0, 0, 'over', 'total', '>', (r.body ->> 'over')::numeric
            where r.body ->> 'over' is not null
            union all
            select r.nr, 3, a.nr, 0, 'areas.' || a.code, 'areas', '>=', share.value::numeric * (
                select coalesce(sum((f.max_of ->> c.code)::numeric), 0)
                from jsonb_each_text(f.area_of) as c (code, area)
                where c.area::int = a.nr
            )
            from jsonb_each_text(r.body -> 'areas') as share (code, value)
            join unnest(f.codes) with ordinality as a (code, nr) on a.code = share.code
            union all
            select r.nr, 4, (f.area_of ->> n.code)::bigint, (f.place_of ->> n.code)::bigint,
                   'criteria.' || n.code, 'criteria.' || n.code, '>=', n.value::numeric
            from jsonb_each_text(r.body -> 'criteria') as n (code, value)
            union all
            select r.nr, 5, (f.area_of ->> n.code)::bigint, (f.place_of ->> n.code)::bigint,
                   'figures.' || n.code, 'figures.' || n.code,
                   case jsonb_typeof(n.value) when 'object' then '<=' else '>=' end,
                   case jsonb_typeof(n.value) when 'object' then n.value ->> 'at_most' else n.value #>> '{}' end::numeric
            from jsonb_each(r.body -> 'figures') as n (code, value)
            union all
            select r.nr, 6, 0, 0, 'top', 'rank', '<=', (r.body ->> 'top')::numeric * f.rated
            where r.body ->> 'top' is not null
            union all
            select r.nr, 7, a.nr, 0, 'core.' || a.code, 'areas', '>=', a.line
            from unnest(f.codes, f.kinds, f.cores, f.lines) with ordinality as a (code, kind, core, line, nr)
            where r.body ->> 'core' = 'all' and a.core and a.kind = 'base'
            union all
            select r.nr, 8, 0, 0, 'others', 'others', '>=', (r.body ->> 'others')::numeric
            where r.body ->> 'others' is not null
            union all
            select r.nr, 9, array_position(f.codes, r.label #>> '{}'), 0, 'line', 'areas', '>=', (r.body ->> 'line')::numeric
            where f.rule = 'areas'
        ) as c
    ) as asked
    cross join lateral (  -- the criteria that conditions name: their points are wanted by themselves, too
        select coalesce(jsonb_object_agg(c.code, c.code), '{}') as named
        from jsonb_object_keys(f.area_of) as c (code)
        where 'criteria.' || c.code = any (asked.measures) or 'figures.' || c.code = any (asked.measures)
    ) as own
    cross join lateral (  -- what an entry without any points has
        select count(*) filter (where a.kind = 'base' and not a.core and a.line <= 0) as others_without_points
        from unnest(f.codes, f.kinds, f.cores, f.lines) as a (code, kind, core, line)
    ) as nothing
),
condition as materialized (
    select b.scheme, c.*
    from rulebook b
    cross join lateral unnest(b.asking, b.parts, b.areas, b.places, b.whys, b.measures, b.senses, b.needs)
        as c (rung, part, area, place, why, measure, sense, needs)
),

-- What each entry has.
scored as ({scored}),
named as (  -- a second pass over the points, where conditions name criteria: aggregated with the sums, these would have to be sorted
    select p.entry, jsonb_object_agg('criteria.' || p.criterion, p.points)
           || jsonb_object_agg('figures.' || p.criterion, p.figure) as named
    from point p join entry e on e.id = p.entry join rulebook b on b.scheme = e.scheme and b.named <> '{}'
    where b.named ? p.criterion
    group by 1
),
area_points as (
    select e.id as entry, e.scheme, e.pool, s.area, b.kinds[s.area] as kind,
           b.kinds[s.area] = 'base' and not b.cores[s.area] and b.lines[s.area] > 0 and s.points >= b.lines[s.area] as other,
           case b.kinds[s.area] when 'base' then s.points else least(s.points, b.caps[s.area]) end as points
    from entry e
    join rulebook b on b.scheme = e.scheme
    left join scored s on s.entry = e.id and s.area is not null
),
summed as materialized (  -- of areas without points there is nothing in the lists
    select entry, scheme, pool,
           greatest(0, coalesce(sum(case kind when 'penalty' then -points else points end), 0)) as total,
           count(*) filter (where other) as others,
           array_agg(area) filter (where area is not null) as areas,
           array_agg(points) filter (where area is not null) as points
    from area_points
    group by 1, 2, 3
),
ranked as (
    select *, rank() over (partition by pool order by total desc) as rank
    from (
        select * from summed
        union all
        select null, null, pool, total, null, null, null from standing
    ) as everyone
),
judged as materialized (
    select r.*, n.named from ranked r full join named n on n.entry = r.entry where r.entry is not null
),
barred as materialized (  -- vetoes in force on the decision day
    select distinct e.id as entry, e.scheme, i.nr, i.body ->> 'code' as code, i.body -> 'bars' as bars
    from veto v
    join entry e on e.unit = v.unit
    join rulebook b on b.scheme = e.scheme
    cross join lateral jsonb_array_elements(b.body -> 'vetoes') with ordinality as i (body, nr)
    where i.body ->> 'code' = v.code and v.met <= e.day
      and case when i.body ->> 'months' is null then extract(year from v.met) = b.year
               else e.day < v.met + make_interval(months => (i.body ->> 'months')::int) end
),
bars as (select entry, jsonb_agg(code order by nr) as bars from barred group by 1),

-- What each rung lacks, and how far each entry gets.
failing as (
    select j.entry, c.rung, c.part, c.area, c.place, c.why, m.has, c.needs
    from judged j
    join condition c on c.scheme = j.scheme
    join rulebook b on b.scheme = j.scheme
    cross join lateral (  -- what nobody has scored has no points; a figure that is absent stays so
        select case c.measure
                   when 'total' then j.total
                   when 'areas' then coalesce(j.points[array_position(j.areas, c.area::int)], 0)
                   when 'rank' then j.rank
                   when 'others' then j.others + b.others_without_points
                   else coalesce((j.named ->> c.measure)::numeric, case c.part when 4 then 0 end)
               end as has
    ) as m
    where case c.sense when '>=' then m.has >= c.needs when '<=' then m.has <= c.needs else m.has > c.needs end
          is not true
    union all
    select d.entry, r.nr, 10, 0, d.nr, 'bar.' || d.code, null, null
    from barred d
    join rulebook b on b.scheme = d.scheme
    cross join lateral unnest(b.labels) with ordinality as r (label, nr)
    where d.bars = '"all"' or d.bars @> r.label
),
failed as (
    select entry, array_agg(rung order by rung, part, area, place) as rungs,
           jsonb_agg(jsonb_build_array(rung, why, has, needs) order by rung, part, area, place) as reasons
    from failing
    group by 1
),
-- All joins on entries are full ones, though nothing is added by that: the planner cannot estimate how many entries fail,
-- and the only plans for a full join are those whose cost grows with the number of entries and not with its square.
outcome as materialized (
    select j.*, f.rungs, f.reasons, d.bars
    from judged j full join failed f on f.entry = j.entry full join bars d on d.entry = j.entry
),
reached as (
    select o.*, b.rule, b.labels, b.codes,
           case when b.rule = 'areas' then r.rungs else coalesce(r.star, 0) end as star
    from outcome o
    join rulebook b on b.scheme = o.scheme
    cross join lateral (
        select count(*)::int as rungs, max(r.star) as star
        from unnest(b.stars) with ordinality as r (star, nr)
        where o.rungs is null or not r.nr = any (o.rungs)
    ) as r
)
{query}
