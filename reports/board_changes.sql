-- How the place of a dashboard stands: the head of the proof (records/proof.sql), how many periods of the register there
-- are and how many of them are superseded. And by name the tables in which something has changed there since an earlier
-- look, or whose rows have passed a day meanwhile; null where that cannot be told.
-- "offset 0": look up row by row. There are a few, but a planner that knows transactions of thousands expects many and
-- reads all that was ever proved, and every history.
-- Seals are numbered as transactions commit, so that what an earlier look did not see has a higher number, or none yet
-- in this very transaction. Everything that a dashboard counts is proved except the periods, which are only added to
-- and superseded once.
with place as materialized (
    select %s::text as code, %s::text as upto, %s::bigint as number, %s::text as hash, %s::timestamptz as looked,
           %s::timestamptz as now
),
head as materialized (
    select s.number, s.hash from records_seal s where s.number is not null order by s.number desc limit 1
),
since as materialized (
    select s.id from place p join records_seal s on s.number > p.number order by s.number limit {most}
),
recent as materialized (
    select c.relation_name as relation, d.key, d.until, d.operation
    from (select id from since union all select id from records_seal where number is null) s
    cross join lateral (select * from records_digest d where d.seal_id = s.id offset 0) d
    join records_provedcolumns c on c.id = d.columns_id
    where c.relation_name in ({relations})
)
select h.number, encode(h.hash, 'hex'), r.periods, r.superseded,
       case
           when not exists (select from records_seal s where s.number = p.number and encode(s.hash, 'hex') = p.hash) then null
           when h.number > p.number + {most} then null
           else array(
               select distinct c.relation::text from recent c where c.until is not null or {concerned}
               union all
               select '{due}' where exists (
                   select from followups_followup f
                   where f.kind = 'rectification' and f.due_at >= p.looked and f.due_at < p.now
                         and f.unit_id >= p.code and f.unit_id < p.upto
               )
               union all
               select '{closed}' where exists (
                   select from ratings_window w where w.closes >= p.looked and w.closes <= p.now
               )
           )
       end as changed
from place p
cross join head h
cross join lateral (
    select count(*) as periods, count(s.superseded_at) as superseded
    from ratings_starperiod s
    where s.unit_id >= p.code and s.unit_id < p.upto
) r
