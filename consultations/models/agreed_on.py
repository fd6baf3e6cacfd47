"""What was reviewed is what is issued, kept by the database: ``consultations.agreement`` says it to people.

The places of a draft are those of ``consultations.places``.
"""

import pgtrigger

AGREED_ON = pgtrigger.Trigger(
    name="reviewed_is_issued",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    condition=~pgtrigger.Q(new__review="none"),
    declare=[("c", "consultations_consultation%ROWTYPE"), ("s", "ratings_scheme%ROWTYPE"), ("places", "text")],
    func="""
        SELECT * INTO c FROM consultations_consultation WHERE id = NEW.consultation_id;
        SELECT * INTO s FROM ratings_scheme WHERE id = NEW.scheme_id;
        IF c.scheme_id IS DISTINCT FROM NEW.scheme_id OR s.state <> 'issued' THEN
            RAISE EXCEPTION 'not the consultation of an issued scheme' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.review = 'joint' THEN
            WITH side (name, body) AS (VALUES ('before', c.reviewed_body), ('after', s.body)),
            place (side, name, content) AS (
                SELECT
                    side.name, 'c-' || (one ->> 'code'),
                    jsonb_agg(jsonb_build_array(area -> 'code', one) ORDER BY n, m)
                FROM side
                CROSS JOIN jsonb_array_elements(side.body -> 'areas') WITH ORDINALITY areas (area, n)
                CROSS JOIN jsonb_array_elements(area -> 'criteria') WITH ORDINALITY criteria (one, m)
                GROUP BY 1, 2
                UNION ALL
                SELECT side.name, 'areas', jsonb_agg(area - 'criteria' ORDER BY n)
                FROM side
                CROSS JOIN jsonb_array_elements(side.body -> 'areas') WITH ORDINALITY areas (area, n)
                GROUP BY 1
                UNION ALL
                SELECT side.name, part.name, part.content
                FROM side
                CROSS JOIN LATERAL (VALUES
                    ('stars', coalesce(side.body -> 'stars', '[]')),
                    ('vetoes', coalesce(side.body -> 'vetoes', '[]')),
                    ('events', jsonb_build_array(
                        coalesce(side.body -> 'events', '[]'), coalesce(side.body -> 'rules', '[]')
                    )),
                    ('head', side.body - '{format,unit,rates,year,areas,stars,vetoes,events,rules}'::text[])
                ) part (name, content)
            ),
            differing (name) AS (
                SELECT name
                FROM (SELECT name, content FROM place WHERE side = 'before') before
                FULL JOIN (SELECT name, content FROM place WHERE side = 'after') after USING (name)
                WHERE before.content IS DISTINCT FROM after.content
            ),
            unagreed (name) AS (
                SELECT name FROM differing
                UNION ALL
                -- only the order of criteria
                SELECT 'areas' WHERE c.reviewed_body <> s.body AND NOT EXISTS (SELECT FROM differing)
            )
            SELECT string_agg(name, ' ' ORDER BY name) INTO places
            FROM unagreed
            WHERE name NOT IN (
                SELECT p.place FROM consultations_draftproposal p
                WHERE p.consultation_id = c.id AND p.outcome = 'accepted' AND p.settled_at >= c.sent_at
            );
            IF c.state <> 'reviewed' OR places IS NOT NULL THEN
                RAISE EXCEPTION 'not what was reviewed: %', places USING ERRCODE = 'check_violation';
            END IF;
        ELSIF c.state NOT IN ('consulted', 'reviewed') OR length(c.unit_id) > 4 AND NOT EXISTS (
            SELECT FROM consultations_jointreview j WHERE j.unit_id = left(c.unit_id, 4) AND NOT j.on
        ) THEN
            RAISE EXCEPTION 'the joint review is still to come' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)
