"""How long follow-ups and their checks took, by kind (a source of ``accounts.usual_times``)."""

DOING = """
    select 'followup:' || f.kind as step, f.unit_id as unit, f.opened_at as began,
           coalesce(f.reported_at, f.closed_at) as ended
    from followups_followup f
    where f.state = 'done' and f.closed_at >= %(since)s and f.unit_id >= %(code)s and f.unit_id < %(end)s
"""
CHECKING = """
    select 'followup_check:' || f.kind, f.unit_id, f.reported_at, f.closed_at
    from followups_followup f
    where f.state = 'done' and f.reported_at is not null and f.closed_at >= %(since)s
      and f.unit_id >= %(code)s and f.unit_id < %(end)s
"""
