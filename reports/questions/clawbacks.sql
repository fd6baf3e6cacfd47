-- Clawbacks that wait for a decision: n is to be claimed back, m no longer promised. They are settled on the page of
-- their policy or fund: c is which of the two, the subject its key.
select k.unit_id as unit, '' as a, '' as b, case when r.id is null then 'fund' else 'policy' end as c,
       k.amount as n, k.released as m, (k.proposed_at at time zone 'Asia/Shanghai')::date as since,
       coalesce(r.policy_id, l.fund_id)::text as subject
from incentives_clawback k
left join incentives_reward r on r.id = k.reward_id
left join incentives_allocation l on l.id = k.allocation_id
where k.state = 'open' and k.unit_id >= %(code)s and k.unit_id < %(end)s
