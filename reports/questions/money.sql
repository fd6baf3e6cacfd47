-- Rewards and project money that moved in the year, or is not fully paid on the day; a is the star, the rest as in
-- grants.sql.
select g.unit, g.star::text as a, g.b, g.c, g.n, g.m, g.since, g.subject
from (
    {grants}
) g
where g.moved or g.n <> g.m
