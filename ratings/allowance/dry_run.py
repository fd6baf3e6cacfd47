"""A dry run: scoring a facts file by a scheme without saving anything (formats §2, ``try_scheme``)."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from ratings.allowance.allowed_star import AllowanceSource, Allowed, Short, each_allowed
from ratings.models.scheme import ExactEncoder
from ratings.scheme.reading import Reading
from ratings.scheme.spec import SchemeSpec
from ratings.scoring.facts_file import UnitFacts
from ratings.scoring.many import ManyUnits
from ratings.scoring.methods import Scored, exact_sum, written
from records.bulk_copy import copy_rows

Points = tuple[Scored, ...]
"""The points of a unit by each code of the scheme, in its order."""

_RELATIONS = """
create temporary table trial_scheme (id int, year int, body jsonb, rated int);
create temporary table trial_entry (id text collate "C", scheme int, pool int, unit text, day date);
create temporary table trial_point (entry text, criterion text, points numeric, figure numeric);
create temporary table trial_veto (unit text, code text, met date);
"""
_DROP = "drop table trial_scheme, trial_entry, trial_point, trial_veto"
_SOURCE = AllowanceSource(
    """
    with scheme as (table trial_scheme), entry as (table trial_entry), point as (table trial_point),
    veto as (table trial_veto), standing as (select null::int as pool, null::numeric as total where false)
    """
)


def try_scheme(
    reading: Reading, units: Mapping[str, UnitFacts], day: date, *, rated: int | None = None
) -> list[dict[str, Any]]:
    """Score ``units`` by a scheme as of ``day``: one object per unit as formats §2 describes it, sorted by code.

    ``rated``: how many units are rated, where these are not only those given. Uses temporary tables that end with its
    transaction.
    """
    codes = reading.spec.codes
    return [
        {"unit": row.entry, "criteria": {code: of.written for code, of in zip(codes, scored, strict=True)}}
        | _rest(row, scored, codes)
        for row, scored in _judged(reading, units, day, rated)
    ]


def written_results(reading: Reading, units: Mapping[str, UnitFacts], day: date) -> Iterator[str]:
    """``try_scheme`` in JSON, one unit after the other, however many there are.

    The points of the criteria are most of it: they are put together here, from texts that many units share.
    """
    codes = reading.spec.codes
    names = [f'{_encode(code)}: "' for code in codes]
    for row, scored in _judged(reading, units, day):
        criteria = ", ".join([f'{name}{of.written}"' for name, of in zip(names, scored, strict=True)])
        rest = _encode(_rest(row, scored, codes)).removeprefix("{")
        yield f'{{"unit": {_encode(row.entry)}, "criteria": {{{criteria}}}, {rest}'


def _judged(
    reading: Reading, units: Mapping[str, UnitFacts], day: date, rated: int | None = None
) -> Iterator[tuple[Allowed, Points]]:
    many, codes = ManyUnits(reading.spec), reading.spec.codes
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RELATIONS)
        scored: dict[str, Points] = {}
        for code, facts in units.items():
            of = many.score(facts.tags, facts.values)
            scored[code] = tuple(map(of.__getitem__, codes))
        _fill(cursor, reading, units, scored, day, len(units) if rated is None else rated)
        for row in each_allowed(_SOURCE):
            yield row, scored.pop(str(row.entry))
        cursor.execute(_DROP)


def _fill(
    cursor: Any, reading: Reading, units: Mapping[str, UnitFacts], scored: Mapping[str, Points], day: date, rated: int
) -> None:
    scheme = [1, reading.spec.year, json.dumps(reading.body, cls=ExactEncoder), rated]
    tables: dict[str, Iterator[list[Any]]] = {
        "trial_scheme": iter([scheme]),
        "trial_entry": ([code, 1, 1, code, day] for code in units),
        "trial_point": _points(reading.spec, scored),
        "trial_veto": ([code, veto, met] for code, facts in units.items() for veto, met in sorted(facts.vetoes)),
    }
    for table, rows in tables.items():
        copy_rows(cursor, table, rows)
        cursor.execute(f"analyze {table}")


def _points(spec: SchemeSpec, scored: Mapping[str, Points]) -> Iterator[list[Any]]:
    """Per unit the points of the criteria that a star line names, and of each area the sum of the others: the query
    looks at nothing else (``scored`` in ``allowed_star.sql``)."""
    place = {code: at for at, code in enumerate(spec.codes)}
    named = {code for line in spec.stars for code in (*line.criteria, *line.figures)}
    single = [(code, place[code]) for code in named]
    others = [[c for c in dict.fromkeys(c.code for c in area.criteria) if c not in named] for area in spec.areas]
    summed = [(codes[0], [place[code] for code in codes]) for codes in others if codes]
    for unit, points in scored.items():
        for code, at in single:
            yield [unit, code, points[at].points, points[at].figure]
        for code, places in summed:
            yield [unit, code, exact_sum(points[at].points for at in places), None]


_written = lru_cache(100_000)(written)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _rest(row: Allowed, scored: Points, codes: tuple[str, ...]) -> dict[str, Any]:
    """What follows from the points of the criteria."""
    return {
        "areas": {code: _written(points) for code, points in row.areas.items()},
        "total": _written(row.total),
        "star": row.star,
        "rank": row.rank,
        "barred": list(row.barred),
        "short": [_short(short) for short in row.short],
        "missing": [code for code, of in zip(codes, scored, strict=True) if of.missing],
    }


def _short(short: Short) -> dict[str, Any]:
    """``has`` and ``needs`` formatted like points, ranks and numbers of areas too; None where there is none."""
    has, needs = (None if value is None else _written(value) for value in (short.has, short.needs))
    return {"star": short.star, "why": short.why, "has": has, "needs": needs}
