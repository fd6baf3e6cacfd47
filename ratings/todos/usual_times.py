"""How long the steps of an application and the settling of a proposal took (a source of ``accounts.usual_times``)."""

from ratings.models import Application, Proposal


def step_at(state: str) -> str:
    """The key of what is done with an application in ``state``."""
    return f"application:{state}"


SETTLING = "proposal"
_OUT = ", ".join(f"'{state}'" for state in Application.State.RESULT_OUT)
APPLICATIONS = f"""
    select 'application:' || t.from_state as step, t.unit_id as unit, t.began, t.at as ended
    from (
        select m.from_state, m.to_state, m.at, a.unit_id,
               lag(m.at) over (partition by m.application_id order by m.id) as began
        from ratings_application a join ratings_transition m on m.application_id = a.id
        where a.unit_id >= %(code)s and a.unit_id < %(end)s and a.state in ({_OUT})
    ) t
    where t.began is not null and t.at >= %(since)s and t.from_state <> t.to_state
"""  # noqa: S608 our own states
PROPOSALS = f"""
    select '{SETTLING}', f.unit_id, f.opened_at, p.settled_at
    from ratings_proposal p join followups_followup f on f.kind = 'proposal' and f.subject = p.id::text
    where p.state <> '{Proposal.State.OPEN}' and p.settled_at >= %(since)s
      and p.unit_id >= %(code)s and p.unit_id < %(end)s
"""  # noqa: S608 our own states
