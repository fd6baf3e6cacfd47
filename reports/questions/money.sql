-- Rewards and project money of the last year that had any by the day; a is the star, the rest as in grants.sql.
select g.unit, g.star::text as a, g.b, g.c, g.n, g.m, g.since, g.subject
from (
    select granted.*, max(granted.a) over () as last_year from (
        {grants}
    ) granted
) g
where g.a = g.last_year
