-- Objections and appeals made in the year until the day, and how each stood on the day.
select o.unit_id as unit, 'objection' as a, case when o.answered_at < %(until)s then o.state else 'open' end as b,
       '' as c, 0::numeric as n, 0::numeric as m, (o.made_at at time zone 'Asia/Shanghai')::date as since,
       o.id::text as subject
from reviews_objection o
where o.made_at >= %(begin)s and o.made_at < %(until)s and o.unit_id >= %(code)s and o.unit_id < %(end)s
union all
select p.unit_id, 'appeal', case when p.answered_at < %(until)s or p.state = 'lapsed' then p.state else 'open' end,
       '', 0, 0, (p.made_at at time zone 'Asia/Shanghai')::date, p.id::text
from reviews_appeal p
where p.made_at >= %(begin)s and p.made_at < %(until)s and p.unit_id >= %(code)s and p.unit_id < %(end)s
