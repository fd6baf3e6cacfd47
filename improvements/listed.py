"""The list of plans: what is shown of each, as plain values (``include_kept``)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.templatetags.face import points_text
from improvements.models import Plan
from villages.townships import Townships


class PlanRow(NamedTuple):
    """What the list shows of a plan, by the names that it has there. ``place``: the township; ``before``, ``after``:
    the total of the result and of the next one, as texts."""

    pk: int
    unit: str
    place: str
    year: int
    star: int
    cause: str
    helper: str
    due: date
    until: str
    remaining: str
    is_open: bool
    is_late: bool
    state: str
    get_state_display: str
    before: str | None
    after: str | None


def shown(found: Iterable[Plan]) -> list[PlanRow]:
    """``found``: ``with_outcome``, each with its unit and decision."""
    townships = Townships()
    return [
        PlanRow(
            one.pk,
            one.unit.name,
            townships.above(one.unit_id),
            one.year,
            one.star,
            one.get_cause_display(),
            one.helper,
            one.due,
            one.until,
            one.remaining,
            one.is_open,
            one.is_late,
            one.state,
            one.get_state_display(),
            _text(one.decision.total),
            _text(one.after_total),
        )
        for one in found
    ]


def _text(points: Decimal | None) -> str | None:
    return None if points is None else points_text(points)
