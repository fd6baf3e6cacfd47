"""Points → areas and total while a person is typing; pure (formats §1, "Total").

What is stored and decided on comes from ``allowance`` in SQL; this is only the running total beside a form.
"""

from collections.abc import Mapping
from decimal import Decimal

from ratings.scheme.spec import Area, SchemeSpec


def area_points(area: Area, points: Mapping[str, Decimal]) -> Decimal:
    """An area's points after its ``cap``, of the criteria in ``points``; a penalty's as a positive figure."""
    codes = {criterion.code for criterion in area.criteria}
    summed = sum((points[code] for code in codes if code in points), Decimal(0))
    return summed if area.kind == "base" or area.cap is None else min(summed, area.cap)


def running_total(spec: SchemeSpec, points: Mapping[str, Decimal]) -> Decimal:
    """The total of the criteria (by code) scored so far, never below 0."""
    signed = (area_points(area, points) * (-1 if area.kind == "penalty" else 1) for area in spec.areas)
    return max(Decimal(0), sum(signed, Decimal(0)))


def full_marks(spec: SchemeSpec) -> Decimal:
    """The maximum of the base areas."""
    return sum((area.full for area in spec.areas if area.kind == "base"), Decimal(0))
