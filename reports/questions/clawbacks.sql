-- Clawbacks that wait for a decision: n is to be claimed back, m no longer promised.
select k.unit_id as unit, '' as a, '' as b, '' as c, k.amount as n, k.released as m,
       (k.proposed_at at time zone 'Asia/Shanghai')::date as since, k.id::text as subject
from incentives_clawback k
where k.state = 'open' and k.unit_id >= %(code)s and k.unit_id < %(end)s
