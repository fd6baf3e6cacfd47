"""Points → the maximum star: one set-based query for one application, for a nation and for a dry run.

The query is ``allowed_star.sql``; its caller names the relations that it reads, as an ``AllowanceSource``.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from django.db import connection
from django.db.models import QuerySet

from ratings.models import Application, Decision, Stage
from ratings.models.cycle import RATED_IN_CYCLE
from records.kept_statements import rows_of
from records.lifecycle import States

_ALLOWANCE, _APPLICATIONS = (
    Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8").replace("{query}", "")
    for name in ("allowed_star", "applications")
)
_SUMS_OF_POINTS = """
select p.entry, (b.area_of ->> p.criterion)::int as area, sum(p.points) as points
from point p join entry e on e.id = p.entry join rulebook b on b.scheme = e.scheme
group by 1, 2
"""
SHORT = """
select f.nr, r.labels[(f.body ->> 0)::int] as star, f.body -> 1 as why,
    (f.body ->> 2)::numeric as has, (f.body ->> 3)::numeric as needs
from jsonb_array_elements(r.reasons) with ordinality as f (body, nr)
where case r.rule when 'areas' then f.nr = 1 or r.reasons -> (f.nr - 2)::int -> 0 <> f.body -> 0
      else r.labels[(f.body ->> 0)::int]::int > r.star end
"""
"""What a row ``r`` of ``reached`` is short of, by ``nr``: under ``areas`` one reason an area, else every condition of
every star above the one allowed."""
_IN_FULL = """
select r.entry, r.total, r.star, r.rank, to_jsonb(r.codes), to_jsonb(r.areas), r.points, short.found, r.bars
from reached r
cross join lateral (
    select jsonb_agg(jsonb_build_array(s.star, s.why, s.has, s.needs) order by s.nr) as found from ({short}) as s
) as short
order by r.entry
""".replace("{short}", SHORT)
_STORE = """
update ratings_application as a
set {total} = round(r.total, 2), {star} = r.star
from reached r
where a.id = r.entry and (a.{total}, a.{star}) is distinct from (round(r.total, 2), r.star::smallint)
"""
_STORED_IN: dict[str, tuple[str, str]] = {
    Stage.SELF: ("self_total", "self_star"),
    Stage.TOWNSHIP: ("panel_total", "panel_star"),
    Stage.COUNTY: ("panel_total", "panel_star"),
    Stage.APPEAL: ("panel_total", "panel_star"),
}
PUBLISHED = {
    "published": cast(States, Decision.State.PUBLISHED).sql,
    "out": cast(States, Application.State.STAR_PUBLISHED).sql,
}  # mypy takes a group for one more state


@dataclass(frozen=True)
class AllowanceSource:
    """``with`` and the relations that the query reads (see ``allowed_star.sql``), with parameters.

    ``scored``: the sum of each area, the first in the scheme being 1; ``point`` then need only have the points of the
    criteria that a star line names. ``constant``: the text never differs, so that the database may keep it planned.
    """

    sql: str
    params: Sequence[Any] = ()
    scored: str = _SUMS_OF_POINTS
    constant: bool = False


class Short(NamedTuple):
    """A condition that fails for a star above the maximum (formats §2).

    ``star`` is a number or, under the rule ``areas``, the code of an area. ``has`` and ``needs`` are points, a figure
    (None: absent), a rank (``needs`` None: not yet known) or a number of areas; both None for a bar.
    """

    star: int | str
    why: str
    has: Decimal | None
    needs: Decimal | None

    @property
    def lacks(self) -> Decimal | None:
        return None if self.has is None or self.needs is None else self.needs - self.has


@dataclass(frozen=True)
class Allowed:
    """What the points of one entry amount to: exact points, areas after ``cap``, and penalties as positive figures."""

    entry: int | str
    total: Decimal
    star: int
    rank: int
    areas: dict[str, Decimal]
    barred: tuple[str, ...]
    short: tuple[Short, ...]


def applications(chosen: QuerySet[Application], stage: str, day: date) -> AllowanceSource:
    """The points of ``chosen`` applications at ``stage``, to be judged as of ``day``."""
    ids, params = chosen.order_by().values("pk").query.sql_with_params()
    return AllowanceSource(_of_applications(ids, stage), (day, *params, stage))


def of_few(few: Collection[int], stage: str, day: date) -> AllowanceSource:
    """The same of those of a ``few`` applications that have points at ``stage``."""
    return AllowanceSource(_of_applications(_SCORED, stage), (day, stage, list(few), stage), constant=True)


def _of_applications(ids: str, stage: str) -> str:
    return _APPLICATIONS.format(chosen=ids, total=_STORED_IN[stage][0], rated=RATED_IN_CYCLE, **PUBLISHED)


_SCORED = "select application_id from ratings_points where stage = %s and application_id = any(%s)"


def relations(source: AllowanceSource) -> str:
    return _ALLOWANCE.replace("{source}", source.sql).replace("{scored}", source.scored)


def allowed(source: AllowanceSource) -> list[Allowed]:
    """Everything about each entry of ``source``, in the order of their ids."""
    query = relations(source) + _IN_FULL
    if source.constant:
        return [_allowed(*row) for row in rows_of(query, source.params)]
    with connection.cursor() as cursor:
        cursor.execute(query, source.params)
        return [_allowed(*row) for row in cursor.fetchall()]


def store(chosen: QuerySet[Application], stage: str, day: date) -> int:
    """Write total and star of ``chosen`` applications at ``stage`` to their rows; return how many changed."""
    total, star = _STORED_IN[stage]
    source = applications(chosen, stage, day)
    with connection.cursor() as cursor:
        cursor.execute(relations(source) + _STORE.format(total=total, star=star), source.params)
        return int(cursor.rowcount)


def _allowed(
    entry: int | str,
    total: Decimal,
    star: int,
    rank: int,
    codes: str,
    places: str | None,
    points: list[Decimal] | None,
    short: str | None,
    bars: str | None,
) -> Allowed:
    """One row: ``points`` of the areas at ``places``, others have none."""
    had = dict(zip(_list(places), points or (), strict=True))
    return Allowed(
        entry=entry,
        total=total,
        star=star,
        rank=rank,
        areas={code: had.get(place, _NOTHING) for place, code in enumerate(_list(codes), start=1)},
        barred=tuple(_json(bars)),
        short=tuple(Short(star, why, _decimal(has), _decimal(needs)) for star, why, has, needs in _json(short)),
    )


_decode = json.JSONDecoder(parse_float=Decimal).decode


_NOTHING = Decimal(0)


def _json(text: str | None) -> Any:
    return _decode(text) if text else []


@lru_cache(maxsize=1000)
def _list(text: str | None) -> list[Any]:
    """A list that many rows share."""
    return list(_json(text))


def _decimal(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
