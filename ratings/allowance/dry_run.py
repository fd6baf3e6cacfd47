"""A dry run: scoring a facts file by a scheme without saving anything (formats §2, ``try_scheme``)."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from psycopg2.extras import execute_values

from ratings.allowance.allowed_star import AllowanceSource, Allowed, Short, allowed
from ratings.models.scheme import ExactEncoder
from ratings.scheme.reading import Reading
from ratings.scoring.facts_file import UnitFacts
from ratings.scoring.methods import Scored, score, written

_RELATIONS = """
create temporary table trial_scheme (id int, year int, body jsonb, rated int);
create temporary table trial_entry (id text collate "C", scheme int, pool int, unit text, day date);
create temporary table trial_point (entry text, criterion text, points numeric, figure numeric);
create temporary table trial_veto (unit text, code text, met date);
"""
_DROP = "drop table trial_scheme, trial_entry, trial_point, trial_veto"
_SOURCE = AllowanceSource(
    """
    scheme as (table trial_scheme), entry as (table trial_entry), point as (table trial_point),
    veto as (table trial_veto), standing as (select null::int as pool, null::numeric as total where false)
    """
)


def try_scheme(reading: Reading, units: Mapping[str, UnitFacts], day: date) -> list[dict[str, Any]]:
    """Score ``units`` by a scheme as of ``day``: one object per unit as formats §2 describes it, sorted by code.

    The rated units are those given. Uses temporary tables that end with its transaction.
    """
    scored = {code: score(reading.spec, facts.tags, facts.values) for code, facts in units.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RELATIONS)
        _fill(cursor, reading, units, scored, day)
        rows = allowed(_SOURCE)
        cursor.execute(_DROP)
    return [_object(row, scored[str(row.entry)], reading) for row in rows]


def _fill(
    cursor: Any,
    reading: Reading,
    units: Mapping[str, UnitFacts],
    scored: Mapping[str, Mapping[str, Scored]],
    day: date,
) -> None:
    tables = {
        "trial_scheme": [(1, reading.spec.year, json.dumps(reading.body, cls=ExactEncoder), len(units))],
        "trial_entry": [(code, 1, 1, code, day) for code in units],
        "trial_point": [
            (code, criterion, result.points, result.figure)
            for code, results in scored.items()
            for criterion, result in results.items()
        ],
        "trial_veto": [(code, veto, met) for code, facts in units.items() for veto, met in facts.vetoes],
    }
    for table, rows in tables.items():
        execute_values(cursor.cursor, f"insert into {table} values %s", rows, page_size=2000)  # noqa: S608 our names
        cursor.execute(f"analyze {table}")


def _object(row: Allowed, scored: Mapping[str, Scored], reading: Reading) -> dict[str, Any]:
    return {
        "unit": row.entry,
        "criteria": {code: written(scored[code].points) for code in reading.spec.codes},
        "areas": {code: written(points) for code, points in row.areas.items()},
        "total": written(row.total),
        "star": row.star,
        "rank": row.rank,
        "barred": list(row.barred),
        "short": [_short(short) for short in row.short],
        "missing": [code for code in reading.spec.codes if scored[code].missing],
    }


def _short(short: Short) -> dict[str, Any]:
    """``has`` and ``needs`` formatted like points, ranks and numbers of areas too; None where there is none."""
    has, needs = (None if value is None else written(value) for value in (short.has, short.needs))
    return {"star": short.star, "why": short.why, "has": has, "needs": needs}
