-- The threshold of one rule for one unit: the county's own, else its city's, else the default.
select coalesce(
    (
        select t.value from reports_warningthreshold t
        where t.rule = '{rule}' and t.value is not null and t.unit_id in (left({unit}, 6), left({unit}, 4))
        order by length(t.unit_id) desc limit 1
    ),
    {default}
)
