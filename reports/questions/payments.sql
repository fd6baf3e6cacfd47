-- What was paid in the year until the day, by entry of the ledger: n yuan (below 0: claimed back); a is the month.
select l.unit_id as unit, extract(month from l.at at time zone 'Asia/Shanghai')::int::text as a, l.kind as b, '' as c,
       case l.kind when 'disburse' then l.amount else -l.amount end as n, 0::numeric as m,
       (l.at at time zone 'Asia/Shanghai')::date as since, l.id::text as subject
from incentives_ledgerentry l
where l.kind in ('disburse', 'clawback') and l.at >= %(begin)s and l.at < %(until)s
  and l.unit_id >= %(code)s and l.unit_id < %(end)s
