-- Rewards and project money of every year: n is paid, m is due (committed), both by the ledger until the day.
-- a is the year. c: whether a fallen star stops what is not paid yet, it is to be paid, or nothing is left to pay; on
-- a past day as the history of the line tells, which is asked for what is left to pay alone.
with line as (
    select l.id, l.unit_id, l.star, 'reward' as source, s.year, l.frozen
    from incentives_reward l
    join incentives_rewardpolicy s on s.id = l.policy_id
    where l.unit_id >= %(code)s and l.unit_id < %(end)s
    union all
    select l.id, l.unit_id, l.star, 'fund', s.year, l.frozen
    from incentives_allocation l
    join incentives_projectfund s on s.id = l.fund_id
    where l.unit_id >= %(code)s and l.unit_id < %(end)s
)
select l.unit_id as unit, l.year::text as a, l.source as b,
       case
           when e.paid = e.due then 'settled'
           when case
               when %(today)s then l.frozen
               when l.source = 'reward' then (
                   select h.frozen from incentives_rewardevent h
                   where h.pgh_obj_id = l.id and h.pgh_created_at < %(until)s
                   order by h.pgh_created_at desc, h.pgh_id desc limit 1
               )
               else (
                   select h.frozen from incentives_allocationevent h
                   where h.pgh_obj_id = l.id and h.pgh_created_at < %(until)s
                   order by h.pgh_created_at desc, h.pgh_id desc limit 1
               )
           end then 'frozen'
           else 'due'
       end as c,
       e.paid as n, e.due as m, null::date as since, l.id::text as subject, l.star, e.moved
from line l
join (
    select case when n.reward_id is null then 'fund' else 'reward' end as source,
           coalesce(n.reward_id, n.allocation_id) as line,
           sum(case n.kind when 'commit' then n.amount when 'clawback' then -n.amount else 0 end) as due,
           sum(case n.kind when 'disburse' then n.amount when 'clawback' then -n.amount else 0 end) as paid,
           bool_or(n.at >= %(begin)s) as moved
    from incentives_ledgerentry n
    where n.at < %(until)s and n.unit_id >= %(code)s and n.unit_id < %(end)s
    group by n.reward_id, n.allocation_id
) e on e.source = l.source and e.line = l.id
