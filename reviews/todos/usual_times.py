"""How long reviewers, deciders and departments took, and objections and appeals (for ``accounts.usual_times``)."""

from ratings.models import Application

SCORING, DECIDING, CHECK, OBJECTION, APPEAL = "scoring", "deciding", "check", "objection", "appeal"
_OUT = ", ".join(f"'{state}'" for state in Application.State.RESULT_OUT)
TIMES = f"""
    select '{SCORING}' as step, a.unit_id as unit,
           (select max(t.at) from ratings_transition t
            where t.application_id = a.id and t.at <= s.handed_in_at and t.from_state <> t.to_state
              and t.to_state = s.stage || '_review') as began,
           s.handed_in_at as ended
    from ratings_application a join reviews_sheet s on s.application_id = a.id
    where s.handed_in_at >= %(since)s and a.state in ({_OUT}) and a.unit_id >= %(code)s and a.unit_id < %(end)s
    union all
    select '{DECIDING}', a.unit_id, scored.at, d.decided_at
    from ratings_application a join ratings_decision d on d.application_id = a.id
    cross join lateral (
        select max(s.handed_in_at) as at from reviews_sheet s
        where s.application_id = a.id and s.stage = d.origin and s.handed_in_at <= d.decided_at
    ) scored
    where d.decided_at >= %(since)s and a.state in ({_OUT}) and a.unit_id >= %(code)s and a.unit_id < %(end)s
      and scored.at is not null
    union all
    select '{CHECK}', c.unit_id, c.opened_at, w.at
    from reviews_departmentcheck c join reviews_departmentanswer w on w.of_id = c.id and w.corrects_id is null
    where w.at >= %(since)s and c.unit_id >= %(code)s and c.unit_id < %(end)s
    union all
    select '{OBJECTION}', o.unit_id, o.made_at, o.answered_at
    from reviews_objection o where o.answered_at >= %(since)s and o.unit_id >= %(code)s and o.unit_id < %(end)s
    union all
    select '{APPEAL}', p.unit_id, p.made_at, p.answered_at
    from reviews_appeal p where p.answered_at >= %(since)s and p.unit_id >= %(code)s and p.unit_id < %(end)s
"""  # noqa: S608 our own states
