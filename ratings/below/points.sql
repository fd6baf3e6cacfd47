-- Unit, full marks of the scheme of the decision in force, and the sum of the totals, capped at these marks.
{source}, in_force as materialized (
    select v.place, p.scheme, d.total
    from village v
    join period p on p.unit = v.code and p.since <= %s and (p.until is null or p.until > %s)
    join ratings_decision d on d.id = p.decision
    where d.total is not null
),
full_marks as materialized (  -- variants of one code have one maximum
    select s.id as scheme, sum(c.most) as marks
    from ratings_scheme s
    cross join lateral (
        select max((c.body ->> 'max')::numeric) as most
        from jsonb_array_elements(s.body -> 'areas') as a (body)
        cross join lateral jsonb_array_elements(a.body -> 'criteria') as c (body)
        where a.body ->> 'kind' = 'base'
        group by c.body ->> 'code'
    ) as c
    where s.id in (select scheme from in_force)
    group by 1
)
select h.place, f.marks, sum(least(h.total, f.marks))
from in_force h join full_marks f on f.scheme = h.scheme
group by 1, 2
