"""Where decided villages lost points, criterion by criterion, for many decisions in a bounded number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ratings.models import Decision, Scheme
from ratings.scheme.spec import NoSingleVariant, SchemeSpec
from ratings.scoring.kept_points import points_behind
from ratings.scoring.methods import half_up


@dataclass(frozen=True)
class LostCriterion:
    """What a criterion of a base area lost of its full marks, in points of two decimals."""

    criterion: str
    name: str
    lost: Decimal
    full: Decimal


def lost_points(decisions: Iterable[Decision]) -> dict[int, list[LostCriterion]]:
    """By decision (id), the largest loss first; nothing for decisions without a panel's points."""
    made = [one for one in decisions if one.application_id and one.scheme_id]
    points = points_behind(made)
    schemes = Scheme.objects.in_bulk({one.scheme_id for one in made})
    return {one.pk: _losses(one, schemes[one.scheme_id].spec, points[one.pk]) for one in made}


def _losses(decision: Decision, spec: SchemeSpec, points: dict[str, Decimal]) -> list[LostCriterion]:
    if not points:
        return []
    base = {criterion.code for area in spec.areas if area.kind == "base" for criterion in area.criteria}
    try:
        fitting = spec.fitting(decision.application.tags)
    except NoSingleVariant:  # the tags of a village that was scored long ago may fit no more
        return []
    found = [
        LostCriterion(one.code, one.name, half_up(one.max - points[one.code]), one.max)
        for one in fitting
        if one.code in base and one.code in points
    ]
    return sorted((loss for loss in found if loss.lost > 0), key=lambda loss: (-loss.lost, loss.criterion))
