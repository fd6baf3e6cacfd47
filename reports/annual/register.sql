-- Every rated unit below one unit with its result of a year's rating: one row per unit, by code.
-- Points by area are those of the stage that decided, after the area's cap.
WITH decided AS (
    SELECT DISTINCT ON (d.unit_id) d.*
    FROM ratings_decision d
    WHERE d.state = 'confirmed' AND d.year = %(year)s AND d.unit_id >= %(code)s AND d.unit_id < %(end)s
    ORDER BY d.unit_id, d.on DESC, d.id DESC
),
place AS MATERIALIZED (  -- by scheme, the area of each criterion: {"1.1": ["1", cap or null]}; base areas have no cap
    SELECT s.id AS scheme, jsonb_object_agg(
        c.body ->> 'code',
        jsonb_build_array(a.body -> 'code', CASE a.body ->> 'kind' WHEN 'base' THEN NULL ELSE a.body -> 'cap' END)
    ) AS of
    FROM ratings_scheme s
    CROSS JOIN LATERAL jsonb_array_elements(s.body -> 'areas') AS a (body)
    CROSS JOIN LATERAL jsonb_array_elements(a.body -> 'criteria') AS c (body)
    WHERE s.id IN (SELECT scheme_id FROM decided)
    GROUP BY s.id
),
area_sum AS (
    SELECT d.application_id, place.of -> p.criterion AS area, sum(p.points) AS points
    FROM decided d
    JOIN ratings_points p ON p.application_id = d.application_id AND p.stage = d.origin
    JOIN place ON place.scheme = d.scheme_id
    GROUP BY d.application_id, place.of -> p.criterion
),
area AS (
    SELECT application_id, jsonb_object_agg(area ->> 0, round(least(points, (area ->> 1)::numeric), 2)::text) AS points
    FROM area_sum
    GROUP BY application_id
)
SELECT county.name, township.code, township.name, u.code, u.name, a.applied_star, area.points, d.total, d.star, d.origin,
       d.on, d.document, held.star, lower(held.during), array_to_string(held.effects, ';')
FROM villages_unit u
LEFT JOIN villages_unit county ON county.code = left(u.code, 6)
LEFT JOIN villages_unit township ON township.code = left(u.code, 9)
LEFT JOIN decided d ON d.unit_id = u.code
LEFT JOIN ratings_application a ON a.id = d.application_id
LEFT JOIN area ON area.application_id = d.application_id
LEFT JOIN ratings_starperiod held
       ON held.unit_id = u.code AND held.superseded_at IS NULL AND held.during @> %(today)s::date
WHERE u.rated AND (u.ended IS NULL OR d.id IS NOT NULL) AND u.code >= %(code)s AND u.code < %(end)s
ORDER BY u.code
