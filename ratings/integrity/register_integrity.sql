-- Stored periods that begin late, overlap, or differ from those that rerating.sql computes.
{source}, known as (
    select unit_id as unit, lower(during) as since, upper(during) as until, star, decision_id as decision,
           scheme_id as scheme, effects::text[] as effects, lag(upper(during)) over w as before,
           row_number() over w > 1 as later
    from wanted u join ratings_starperiod s on s.unit_id = u.code
    where s.superseded_at is null
    window w as (partition by unit_id order by during)
)
select unit, since, 'begins ' || coalesce(before::text, 'never'), 'begins ' || since
from known where later and before is distinct from since
union all
select unit, since, p.text, k.text
from (
    select unit, since, concat_ws(' ', 'star', star, 'until', until, 'decision', decision, 'scheme', scheme,
        array_to_string(effects, ';')) as text
    from period
) as p full join (
    select unit, since, concat_ws(' ', 'star', star, 'until', until, 'decision', decision, 'scheme', scheme,
        array_to_string(effects, ';')) as text
    from known
) as k using (unit, since)
where p.text is distinct from k.text
order by 1, 2
