-- Place, star on the day and a year before (no star: 0), full marks of the scheme of the decision in force, how many
-- villages hold these, and the sum of their totals, capped at these marks. Without points the last is null.
{source}, rated as materialized (
    select v.place, coalesce(today.star, 0) as star, coalesce(earlier.star, 0) as before, today.scheme, d.total
    from village v
    left join period today on today.unit = v.code and today.since <= %s and (today.until is null or today.until > %s)
    left join period earlier
        on earlier.unit = v.code and earlier.since <= %s and (earlier.until is null or earlier.until > %s)
    left join ratings_decision d on d.id = today.decision
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
    where s.id in (select scheme from rated where total is not null)
    group by 1
)
select r.place, r.star, r.before, f.marks, count(*), sum(least(r.total, f.marks))
from rated r left join full_marks f on f.scheme = r.scheme and r.total is not null
group by 1, 2, 3, 4
