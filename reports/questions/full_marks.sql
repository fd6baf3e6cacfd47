-- What each base criterion of the schemes of these results gives at most; its variants, by a unit's tags, share its code.
select s.id as scheme, c.body ->> 'code' as code, max((c.body ->> 'max')::numeric) as most
from ratings_scheme s
cross join lateral jsonb_array_elements(s.body -> 'areas') as a (body)
cross join lateral jsonb_array_elements(a.body -> 'criteria') as c (body)
where a.body ->> 'kind' = 'base' and s.id in (select scheme_id from decided)
group by 1, 2
