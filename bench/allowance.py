"""The allowance query against one statement written by hand for the one scheme, on the same points (≤ 2 ×)."""

from collections.abc import Iterator
from datetime import date
from random import Random
from statistics import median
from typing import Any

import simplejson
from django.db import connection, transaction

from bench.county import codes
from bench.measure import once, say
from bench.scoring import AREAS, LINES, MAX, METHODS, body
from ratings.allowance.allowed_star import AllowanceSource, allowed
from records.bulk_copy import copy_rows

UNITS, TIMES, RATIO = 20_000, 5, 2
TABLES = """
create temporary table scheme_given (id int, year int, body jsonb, rated int);
create temporary table entry_given (id int, scheme int, pool int, unit text, day date);
create temporary table point_given (entry int, criterion text, points numeric, figure numeric);
"""
SOURCE = AllowanceSource(
    """
    with scheme as (table scheme_given), entry as (table entry_given), point as (table point_given),
    veto as (select null::text as unit, null::text as code, null::date as met where false),
    standing as (select null::int as pool, null::numeric as total where false)
    """
)
CRITERIA = {area: [f"{area}.{nr}" for nr in range(1, len(METHODS) + 1)] for area in range(1, AREAS + 1)}
SUMS = ", ".join(
    f"sum(points) filter (where criterion in ({', '.join(repr(code) for code in codes)})) as area{area}"
    for area, codes in CRITERIA.items()
)
STAR = " ".join(f"when total >= {total} then {star}" for star, total in LINES.items())
SHORT = " || ".join(
    f"case when total < {total} then array[array['{star}', 'total', total::text, '{total}']] else '{{}}' end"
    for star, total in LINES.items()
)
BY_HAND = f"""
with area as (select entry, {SUMS}, sum(points) as total from point_given group by entry)
select entry, total, case {STAR} else 0 end as star, rank() over (order by total desc) as rank,
       {", ".join(f"area{area}" for area in CRITERIA)}, {SHORT} as short
from area order by entry
"""  # noqa: S608 our own figures


def run() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        fill(cursor)
        times = [(once(ours), once(lambda: by_hand(cursor))) for _time in range(TIMES)]
        if [(one.entry, one.total, one.star, one.rank) for one in allowed(SOURCE)] != by_hand(cursor):
            raise AssertionError("the allowance query and the statement disagree")
        transaction.set_rollback(True)
    took, plain = (median(column) for column in zip(*times, strict=True))
    detail = f"{UNITS} units × {AREAS * len(METHODS)} criteria in {took:.2f} s, by hand {plain:.2f} s"
    say("allowance query / by hand", took / plain, RATIO, detail)


def fill(cursor: Any) -> None:
    draw = Random(13)
    cursor.execute(TABLES)
    tables: dict[str, Iterator[list[Any]]] = {
        "scheme_given": iter([[1, date.today().year, simplejson.dumps(body()), UNITS]]),
        "entry_given": ([n, 1, 1, code, date.today()] for n, code in enumerate(codes("330624", UNITS))),
        "point_given": (
            [n, code, draw.randrange(40, 10 * MAX + 1) / 10, None]
            for n in range(UNITS)
            for area in CRITERIA.values()
            for code in area
        ),
    }
    for table, rows in tables.items():
        copy_rows(cursor, table, rows)
        cursor.execute(f"analyze {table}")


def ours() -> None:
    allowed(SOURCE)


def by_hand(cursor: Any) -> list[tuple[Any, ...]]:
    cursor.execute(BY_HAND)
    return [row[:4] for row in cursor.fetchall()]
