-- Rated villages that stood on the day (as villages.models.rated_on has them): u is the unit.
u.rated and u.level = 'village' and (u.ended is null or u.ended > %(day)s)
  and u.code >= %(code)s and u.code < %(end)s
  and not exists (
      select from villages_unitsuccession s
      join villages_reorganizationorder o on o.id = s.order_id and o."on" > %(day)s and o.kind <> 'rename'
      where s.after_id = u.code and not exists (
          select from villages_unitsuccession c
          where c.order_id = s.order_id and c.before_id = u.code and c.after_id = u.code
      )
  )
