"""What the answers on a form would give today, and what the next star still asks for (design §7); keeps nothing.

Vetoes stay out of it: a village learns of them from the decision, not from its form.
"""

import json
from dataclasses import dataclass

from django.utils import timezone

from ratings.allowance import Allowed, Source, allowed
from ratings.form import Form
from ratings.models.scheme import ExactEncoder
from ratings.shortfall import why_not

_TYPED = """
entry as materialized (select %s::bigint as id, %s::bigint as scheme, %s::text as unit, %s::date as day),
scheme as materialized (
    select c.id, c.year, s.body, null::bigint as rated
    from ratings_cycle c join ratings_scheme s on s.id = c.scheme_id where c.id = %s
),
point as not materialized (
    select %s::bigint as entry, p.criterion, p.points, p.figure
    from jsonb_to_recordset(%s) as p (criterion text, points numeric, figure numeric)
),
veto as not materialized (select null::text as unit, null::text as code, null::date as met where false),
standing as not materialized (select null::bigint as scheme, null::numeric as total where false)
"""


@dataclass(frozen=True)
class Outlook:
    """The star that the answers so far allow, and of the next one everything that is short, in words."""

    star: int
    next: int | str | None
    short: list[str]


def outlook(form: Form) -> Outlook:
    """Judge the form by the same query as everything else (``allowance.sql``)."""
    pk, cycle = form.application.pk, form.application.cycle_id
    points = [
        {"criterion": code, "points": scored.points, "figure": scored.figure} for code, scored in form.scored.items()
    ]
    typed = json.dumps(points, cls=ExactEncoder)
    today = timezone.localdate()
    params = (pk, cycle, form.application.unit_id, today, cycle, pk, typed)
    result: Allowed = allowed(Source(_TYPED, params))[0]
    above = [short.star for short in result.short]
    following = None if not above else above[0] if form.spec.rule == "areas" else min(above)
    return Outlook(result.star, following, why_not(form.spec, result, following) if above else [])
