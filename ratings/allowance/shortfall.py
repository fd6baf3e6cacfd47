"""What falls short of a star, in words (formats §2, ``short``); pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from ratings.allowance.allowed_star import Allowed, Short
from ratings.scheme.spec import Area, SchemeSpec
from ratings.scoring.methods import written


@dataclass(frozen=True)
class Minimum:
    """One base area against the minimum of a star: ``lacks`` is None where it is reached."""

    area: Area
    lacks: Decimal | None


def written_short(one: Mapping[str, Any]) -> Short:
    """A condition as a dry run writes it; ranks and numbers of areas are whole."""
    kind = int if one["why"] in ("top", "others") else Decimal
    has, needs = (None if one[name] is None else cast(Decimal, kind(Decimal(one[name]))) for name in ("has", "needs"))
    return Short(one["star"], one["why"], has, needs)


def why_words(spec: SchemeSpec, short: Short) -> str:
    """One failed condition, with the actual and the required value."""
    kind, _dot, code = short.why.partition(".")
    values = {
        "name": _name(spec, kind, code),
        "has": "—" if short.has is None else _number(short.has),
        "needs": "—" if short.needs is None else _number(short.needs),
    }
    if kind == "bar":
        return _("%(name)s bars it") % values
    if kind == "top":
        return _("rank %(has)s; needed: at most %(needs)s") % values
    if kind == "over":
        return _("total %(has)s; needed: more than %(needs)s") % values
    return _("%(name)s %(has)s; needed: %(needs)s") % values


def why_not(spec: SchemeSpec, allowed: Allowed, star: int | str) -> list[str]:
    """Everything that keeps an application from ``star``."""
    return [why_words(spec, short) for short in allowed.short if short.star == star]


def minimums(spec: SchemeSpec, allowed: Allowed) -> list[Minimum]:
    """Every base area against the minimums of the star whose total is reached."""
    star = _reached_by_total(spec, allowed)
    lacking = {
        short.why.partition(".")[2]: short.lacks
        for short in allowed.short
        if short.why.startswith(("areas.", "core.")) and short.star == star
    }
    lacking |= {str(short.star): short.lacks for short in allowed.short if short.why == "line"}
    return [Minimum(area, lacking.get(area.code)) for area in spec.areas if area.kind == "base"]


def margin(spec: SchemeSpec, allowed: Allowed) -> tuple[int, Decimal] | None:
    """The star whose total is reached, and by how much; None where stars do not depend on totals."""
    star = _reached_by_total(spec, allowed)
    line = next((line.total for line in spec.stars if line.star == star and line.total is not None), None)
    return None if line is None else (star, allowed.total - line)


def _reached_by_total(spec: SchemeSpec, allowed: Allowed) -> int:
    reached = (
        line.star
        for line in spec.stars
        if (line.total is None or allowed.total >= line.total) and (line.over is None or allowed.total > line.over)
    )
    return max(reached, default=0)


def _name(spec: SchemeSpec, kind: str, code: str) -> str:
    names: Iterable[Any] = {"areas": spec.areas, "core": spec.areas, "bar": spec.vetoes}.get(kind, spec.criteria)
    fixed = {"total": _("Total"), "others": _("Other areas at their line"), "line": _("This area")}
    return fixed.get(kind) or next((f"{one.code} {one.name}" for one in names if one.code == code), code)


def _number(value: Decimal | int) -> str:
    return str(value) if isinstance(value, int) else written(value)
