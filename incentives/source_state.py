"""The state of a policy or fund as its page shows it: what a step confirmed there depends on."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, cast

from django.forms.models import model_to_dict
from django.utils import timezone

from incentives.allocation_rule import OutOfLimits
from incentives.models import Clawback, ProjectFund, RewardBand, RewardPolicy, Source, StarWeight
from incentives.prospects import Prospect, gives_nothing, has_holders, prospects
from incentives.refusal_words import out_of_limits


def prospects_of(source: Source) -> tuple[list[Prospect], str]:
    """What would be granted, and why nothing can be if the limits cannot be met."""
    try:
        return prospects(source), ""
    except OutOfLimits as error:
        return [], out_of_limits(error)


def is_idle(source: Source) -> bool:
    """Whether its reckoning day has come, nothing is granted yet, and nobody qualifies for anything."""
    if source.granted or source.reckoning_day > timezone.localdate():
        return False
    if isinstance(source, ProjectFund) and _is_shared(source):
        return not has_holders(source)
    found, unmet = prospects_of(source)
    return not unmet and gives_nothing(found)


def _is_shared(fund: ProjectFund) -> bool:
    """Whether it is in effect and every holder of its star gets a part of its budget."""
    return bool(fund.state == Source.State.EFFECTIVE and fund.budget and not fund.planned.exists())


def standing(
    source: Source, would_be: Iterable[Prospect] | None = None, table: Iterable[Any] | None = None
) -> dict[str, Any]:
    """Terms, table and state, and the fingerprint of the list; pass ``would_be`` and ``table`` where they are known."""
    if would_be is None:
        would_be = prospects_of(source)[0]
    listed = [
        (one.unit.code, one.unit.name, one.star, one.figure, one.amount, one.problem, one.remark) for one in would_be
    ]
    return written(source, table) | {"list": sha256(repr(listed).encode()).hexdigest()}


def written(source: Source, table: Iterable[Any] | None = None) -> dict[str, Any]:
    """What a source contains: its terms and state, its table, and what a project plans."""
    rows = table_of(source) if table is None else table
    planned = {"planned": planned_of(source)} if isinstance(source, ProjectFund) else {}
    return {"terms": model_to_dict(source), "table": [_row(row) for row in rows]} | planned


def planned_of(fund: ProjectFund) -> list[list[Any]]:
    """The units that a project names, with their sums."""
    return [[one.unit_id, one.amount] for one in fund.planned.all()] if fund.pk else []


def table_of(source: Source) -> Iterable[RewardBand | StarWeight]:
    """The weights of a fund, the bands of a policy."""
    return source.weights.all() if isinstance(source, ProjectFund) else cast(RewardPolicy, source).bands.all()


def _row(row: RewardBand | StarWeight) -> list[Any]:
    if isinstance(row, StarWeight):
        return [row.star, row.weight]
    return [row.star, row.band.lower, row.band.upper, row.amount]


def proposed(clawback: Clawback) -> list[Any]:
    """What is proposed: the lower star, what is claimed back, what is no longer committed."""
    return [clawback.star, clawback.amount, clawback.released]
