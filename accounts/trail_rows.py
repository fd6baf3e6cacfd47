"""Finding what the audit trail shows: the newest rows that match, of all history tables together.

Most tables have nothing new. They are asked a few at a time, those with the newest rows first, and no longer when all
that is left in them is older than what was found. What a row says is read later, for those that are shown.
"""
# ruff: noqa: S608 (the names put into the SQL are those of our own tables)

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from records.kept_statements import rows_of
from records.proof import histories

Place = tuple[datetime, str, int]
"""Where a row stands in the trail: its time, its table, its number."""

AT_ONCE = 8


@dataclass(frozen=True)
class Part:
    """What is asked of one history table: SQL about its rows ``e`` and its parameters.

    ``counties``: where the table has an index by ``county`` (SQL) and time, those whose rows match.
    """

    table: str
    conditions: str
    values: Sequence[Any]
    county: str = ""
    counties: Sequence[str] | None = None


def newest(parts: Iterable[Part], count: int, since: datetime | None, until: datetime) -> list[Place]:
    """The places of the ``count`` newest rows, newest first; ``since`` and ``until``: times outside of which no row
    matches."""
    latest = _latest(until)
    waiting = sorted((part for part in parts if part.table in latest), key=lambda one: latest[one.table], reverse=True)
    found: list[Place] = []
    least, at_once = since, AT_ONCE
    while waiting := [part for part in waiting if least is None or latest[part.table] >= least]:
        asked, waiting = waiting[:at_once], waiting[at_once:]
        found = sorted([*found, *_of(asked, count, least)], reverse=True)[:count]
        if len(found) == count:
            least = found[-1][0]
        at_once *= 2
    return found


def _latest(until: datetime) -> dict[str, datetime]:
    """Of each table the time of the newest row that is not after ``until``."""
    newest = (
        f"""(select '{table}', pgh_created_at from {table} where pgh_created_at <= (select at from bound)
        order by pgh_created_at desc limit 1)"""
        for table in sorted(model._meta.db_table for model in histories().values())
    )
    return dict(rows_of(f"with bound as (select %s as at) {' union all '.join(newest)}", [until]))


def _of(parts: Sequence[Part], count: int, least: datetime | None) -> list[Place]:
    asked = [_newest(part, count, least) for part in parts]
    with connection.cursor() as cursor:
        every = " union all ".join(sql for sql, _values in asked)
        cursor.execute(f"select * from ({every}) as found", [value for _sql, values in asked for value in values])
        return cursor.fetchall()


def _newest(part: Part, count: int, least: datetime | None) -> tuple[str, list[Any]]:
    conditions, values = part.conditions, [*part.values]
    if least:
        conditions += " and e.pgh_created_at >= %s"
        values.append(least)
    rows = f"select e.pgh_created_at, '{part.table}', e.pgh_id from {part.table} e where {conditions}"
    last = "order by e.pgh_created_at desc, e.pgh_id desc limit %s"
    if part.counties is None:
        return f"({rows} {last})", [*values, count]
    return (
        f"""(select e.* from unnest(%s::text[]) county cross join lateral ({rows} and {part.county} = county {last}) e
            {last})""",
        [list(part.counties), *values, count, count],
    )
