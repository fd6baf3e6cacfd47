"""The points that may still come to a form, and what puts the star applied for out of reach; saves nothing.

Vetoes are not considered: a village learns of them from the decision, not from its form.
"""

import json
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from ratings.allowance.allowed_star import AllowanceSource, Allowed, allowed
from ratings.allowance.shortfall import why_words
from ratings.application.questions import by_village
from ratings.models.scheme import ExactEncoder
from ratings.presenters.application_form import ApplicationFormView
from ratings.scheme.spec import Criterion

_TYPED = """
with entry as materialized (
    select %s::bigint as id, %s::bigint as scheme, 0 as pool, %s::text as unit, %s::date as day
),
scheme as materialized (
    select c.id, c.year, s.body, null::bigint as rated
    from ratings_cycle c join ratings_scheme s on s.id = c.scheme_id where c.id = %s
),
point as not materialized (
    select %s::bigint as entry, p.criterion, p.points, p.figure
    from jsonb_to_recordset(%s::jsonb) as p (criterion text, points numeric, figure numeric)
),
veto as not materialized (select null::text as unit, null::text as code, null::date as met where false),
standing as not materialized (select null::int as pool, null::numeric as total where false)
"""


@dataclass(frozen=True)
class PointsOutlook:
    """What may still come: at most this many points from the village's open items (``own``), and from what ``others``
    supply or score. ``short``: what keeps the unit from the star applied for even then, in words."""

    own: Decimal
    others: Decimal
    short: list[str]


def outlook(form: ApplicationFormView) -> PointsOutlook:
    """Judge the form, open criteria with full marks, by the same query as everything else (``allowed_star.sql``)."""
    still_open = [
        criterion
        for criterion in form.criteria
        if criterion.code not in form.scored and criterion.code not in form.spec.penalties
    ]
    own = sum((c.max for c in still_open if by_village(c) and c.code not in form.bonus), Decimal(0))
    others = sum((c.max for c in still_open if not by_village(c) and c.code not in form.bonus), Decimal(0))
    return PointsOutlook(own, others, _out_of_reach(form, still_open))


def _out_of_reach(form: ApplicationFormView, still_open: list[Criterion]) -> list[str]:
    aim = form.application.applied_star
    if aim is None:
        return []
    points = [{"criterion": code, "points": of.points, "figure": of.figure} for code, of in form.scored.items()]
    points += [{"criterion": criterion.code, "points": criterion.max, "figure": None} for criterion in still_open]
    result = _allowed(form, json.dumps(points, cls=ExactEncoder))
    if result.star >= aim:
        return []
    undecided = {"top", *(f"figures.{criterion.code}" for criterion in still_open)}
    failing = [short for short in result.short if form.spec.rule == "areas" or short.star == aim]
    return [why_words(form.spec, short) for short in failing if short.why not in undecided]


def _allowed(form: ApplicationFormView, typed: str) -> Allowed:
    pk, cycle = form.application.pk, form.application.cycle_id
    params = (pk, cycle, form.application.unit_id, timezone.localdate(), cycle, pk, typed)
    return allowed(AllowanceSource(_TYPED, params, constant=True))[0]
