-- What is late or unusual below one unit: one row per warning, the most urgent first (red before yellow, longest first).
-- Each rule returns: its name, whether it is red, the unit, and since which day.
WITH application AS (
    SELECT a.* FROM ratings_application a
    JOIN ratings_cycle c ON c.id = a.cycle_id
    WHERE a.unit_id >= %(code)s AND a.unit_id < %(end)s
      -- Applications still in review when a cycle is closed are its exceptions, and continue.
      AND (c.state = 'open' OR a.state = ANY (%(under_way)s))
),
warning AS (
    SELECT 'W1' AS rule, true AS red, u.code AS unit, ((w.closes - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date AS since
    FROM ratings_cycle c
    JOIN ratings_scheme s ON s.id = c.scheme_id
    JOIN ratings_window w ON w.cycle_id = c.id AND w.step = 'apply' AND w.closes <= %(now)s
    JOIN villages_unit u ON {rated} AND u.code >= %(code)s AND u.code < %(end)s
    LEFT JOIN application a ON a.cycle_id = c.id AND a.unit_id = u.code
    WHERE c.state = 'open'
      AND ((c.unit_id >= %(code)s AND c.unit_id < %(end)s) OR left(%(code)s, length(c.unit_id)) = c.unit_id)
      AND (a.id IS NULL OR a.state = 'draft')
      AND NOT EXISTS (
          SELECT FROM ratings_extension e
          WHERE e.cycle_id = c.id AND e.unit_id = u.code AND e.step = 'apply' AND e.closes > %(now)s
      )
    UNION ALL
    SELECT 'W2', true, a.unit_id, ((r.due - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date
    FROM application a JOIN ratings_return r ON r.application_id = a.id AND r.answered_at IS NULL
    WHERE a.state = 'returned' AND r.due <= %(now)s
    UNION ALL
    SELECT 'W3', false, a.unit_id, (a.submitted_at AT TIME ZONE 'Asia/Shanghai')::date
    FROM application a
    WHERE a.state = 'submitted' AND a.submitted_at <= %(now)s - interval '7 days'
    UNION ALL
    SELECT 'W4', false, o.unit_id, (o.made_at AT TIME ZONE 'Asia/Shanghai')::date
    FROM reviews_objection o
    WHERE o.state = 'open' AND o.unit_id >= %(code)s AND o.unit_id < %(end)s
    UNION ALL
    SELECT 'W5', false, p.unit_id, e.on
    FROM ratings_proposal p JOIN ratings_event e ON e.id = p.event_id
    WHERE p.state = 'open' AND p.unit_id >= %(code)s AND p.unit_id < %(end)s
    UNION ALL
    SELECT 'W6', false, e.unit_id, e.on
    FROM ratings_event e
    WHERE e.closed IS NULL AND NOT e.held AND e.on < %(today)s - 183 AND e.unit_id >= %(code)s AND e.unit_id < %(end)s
    UNION ALL
    -- Only once the result is public: before that, nobody outside the deciding office may see it.
    SELECT 'W7', false, a.unit_id, (a.submitted_at AT TIME ZONE 'Asia/Shanghai')::date
    FROM application a
    WHERE a.state = ANY (%(star_published)s) AND a.self_total - a.panel_total >= 10
)
SELECT w.rule, w.red, w.unit, u.name, coalesce(t.name, ''), (%(today)s - w.since)::int,
       count(*) FILTER (WHERE w.red) OVER (), count(*) FILTER (WHERE NOT w.red) OVER ()
FROM warning w
JOIN villages_unit u ON u.code = w.unit
LEFT JOIN villages_unit t ON t.code = left(w.unit, 9) AND t.code <> w.unit
ORDER BY w.red DESC, w.since, w.rule, w.unit
LIMIT %(limit)s
