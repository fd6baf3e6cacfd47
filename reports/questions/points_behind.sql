-- The points behind the results of the last year that tells how a place stands, and of the same villages the year before:
-- side by side, a row for each result.
select d.unit_id, d.year, d.scheme_id, d."on", k.criteria, k.points
from decided d
join ratings_stagepoints k on k.application_id = d.application_id and k.stage = d.origin
where d.own_last_year >= d.last_year and d.year >= d.last_year - 1
