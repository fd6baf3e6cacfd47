-- Results of villages in force by the day, one per village and year.
select distinct on (d.unit_id, d.year) d.unit_id, d.year, d.origin, d.application_id, d.scheme_id, d."on"
from ratings_decision d
join villages_unit u on u.code = d.unit_id and u.level = 'village'
where d.state = 'confirmed' and d."on" <= %(day)s and d.application_id is not null
  and d.unit_id >= %(code)s and d.unit_id < %(end)s
order by d.unit_id, d.year, d."on" desc, d.id desc
