"""A dry run: scoring a facts file by a scheme without saving anything (formats §2, ``try_scheme``)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from django.db import connection, transaction

from ratings.allowance.allowed_star import SHORT, AllowanceSource, relations
from ratings.models.scheme import ExactEncoder
from ratings.scheme.reading import Reading
from ratings.scheme.spec import SchemeSpec
from ratings.scoring.many import ManyUnits
from ratings.scoring.methods import EXACT, Scored
from ratings.scoring.unit_facts import UnitFacts
from records.bulk_copy import copy_rows

Columns = Mapping[str, Sequence[Scored]]
"""By code of the criterion, in the order of the scheme, the points of each unit."""

_RELATIONS = """
set local work_mem = '256MB';
create temporary table trial_scheme (id int, year int, body jsonb, rated int);
create temporary table trial_entry (id int, scheme int, pool int, unit int, day date);
create temporary table trial_point (entry int, criterion text, points numeric, figure numeric);
create temporary table trial_sum (entry int, area int, points numeric);
create temporary table trial_veto (unit int, code text, met date);
"""
"""A unit is its place in the order of the codes: numbers are compared faster than texts."""
_DROP = "drop table trial_scheme, trial_entry, trial_point, trial_sum, trial_veto"
_NOTHING = Decimal(0)
_SOURCE = AllowanceSource(
    """
    with scheme as (table trial_scheme), entry as (table trial_entry), point as (table trial_point),
    veto as (table trial_veto), standing as (select null::int as pool, null::numeric as total where false)
    """,
    scored="table trial_sum",
)
_RESULTS = """
select '"areas": {' || areas.written || '}, "total": "' || round(r.total, 2) || '", "star": ' || r.star
       || ', "rank": ' || r.rank || ', "barred": ' || coalesce(r.bars::text, '[]')
       || ', "short": [' || coalesce(short.written, '') || ']'
from reached r
cross join lateral (
    select string_agg(
        to_json(a.code)::text || ': "' || round(coalesce(r.points[array_position(r.areas, a.nr::int)], 0), 2) || '"',
        ', ' order by a.nr
    ) as written
    from unnest(r.codes) with ordinality as a (code, nr)
) as areas
cross join lateral (
    select string_agg(
        '{"star": ' || s.star::text || ', "why": ' || s.why::text
            || ', "has": ' || coalesce('"' || round(s.has, 2) || '"', 'null')
            || ', "needs": ' || coalesce('"' || round(s.needs, 2) || '"', 'null') || '}',
        ', ' order by s.nr
    ) as written
    from ({short}) as s
) as short
order by r.entry
""".replace("{short}", SHORT)
"""What follows from the points of a unit, in JSON: written as soon as it is found, it costs a tenth. ``has`` and
``needs`` are formatted like points, ranks and numbers of areas too; null where there is none."""
_CHUNK = 2000


def try_scheme(
    reading: Reading,
    units: Mapping[str, UnitFacts],
    day: date,
    *,
    rated: int | None = None,
    only_answered: bool = False,
) -> list[dict[str, Any]]:
    """Score ``units`` by a scheme as of ``day``: one object per unit as formats §2 describes it, sorted by code.

    ``rated``: how many units are rated, where these are not only those given. ``only_answered``: see ``ManyUnits``.
    Uses temporary tables that end with its transaction.
    """
    found = written_results(reading, units, day, rated=rated, only_answered=only_answered)
    return [json.loads(text) for text in found]


def written_results(
    reading: Reading,
    units: Mapping[str, UnitFacts],
    day: date,
    *,
    rated: int | None = None,
    only_answered: bool = False,
) -> Iterator[str]:
    """``try_scheme`` in JSON, one unit after the other, however many there are."""
    codes = sorted(units)
    given = [units[code] for code in codes]
    scored = ManyUnits(reading.spec, only_answered=only_answered).score(given)
    begun = _template(scored)
    points = zip(map(_encode, codes), *([of.written for of in column] for column in scored.values()), strict=True)
    missing = _missing(scored)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RELATIONS)
        _fill(cursor, reading, given, scored, day, len(units) if rated is None else rated)
        for place, (mine, rest) in enumerate(zip(points, _results(), strict=True)):
            yield f'{begun % mine}, {rest}, "missing": {_encode(missing[place]) if place in missing else "[]"}}}'
        cursor.execute(_DROP)


def _fill(cursor: Any, reading: Reading, units: Sequence[UnitFacts], scored: Columns, day: date, rated: int) -> None:
    scheme = [1, reading.spec.year, json.dumps(reading.body, cls=ExactEncoder), rated]
    vetoes: Iterator[Iterable[Any]] = (
        (place, code, met) for place, unit in enumerate(units) for code, met in sorted(unit.vetoes)
    )
    tables: dict[str, Iterator[Iterable[Any]]] = {
        "trial_scheme": iter([scheme]),
        "trial_entry": ((place, 1, 1, place, day) for place in range(len(units))),
        "trial_point": _named_points(reading.spec, scored),
        "trial_sum": _sums(reading.spec, scored),
        "trial_veto": vetoes,
    }
    for table, rows in tables.items():
        copy_rows(cursor, table, rows)
        cursor.execute(f"analyze {table}")


def _named_points(spec: SchemeSpec, scored: Columns) -> Iterator[Iterable[Any]]:
    """The points of the criteria that a star line names."""
    for code in {code for line in spec.stars for code in (*line.criteria, *line.figures)}:
        for place, of in enumerate(scored[code]):
            yield place, code, of.points, of.figure


def _sums(spec: SchemeSpec, scored: Columns) -> Iterator[Iterable[Any]]:
    """The sums of the areas, unit after unit: they must be brought into this order anyway."""
    numbers, columns = [], []
    for number, area in enumerate(spec.areas, start=1):
        if codes := dict.fromkeys(criterion.code for criterion in area.criteria):
            numbers.append(number)
            columns.append(_sum_up([[of.points for of in scored[code]] for code in codes]))
    for place, sums in enumerate(zip(*columns, strict=True)):
        for number, points in zip(numbers, sums, strict=True):
            yield place, number, points


def _sum_up(columns: Sequence[Sequence[Decimal]]) -> list[Decimal]:
    with localcontext(EXACT):
        return [sum(points, _NOTHING) for points in zip(*columns, strict=True)]


def _missing(scored: Columns) -> dict[int, list[str]]:
    """By unit the criteria that lack the fact that they need; of most units nothing."""
    found = defaultdict(list)
    for code, column in scored.items():
        for place, of in enumerate(column):
            if of.missing:
                found[place].append(code)
    return found


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _template(codes: Iterable[str]) -> str:
    """The beginning of a result, with places (``%s``) for the unit and for its points in each criterion."""
    criteria = ", ".join(_encode(code).replace("%", "%%") + ': "%s"' for code in codes)
    return f'{{"unit": %s, "criteria": {{{criteria}}}'


def _results() -> Iterator[str]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(relations(_SOURCE) + _RESULTS, _SOURCE.params)
        while rows := cursor.fetchmany(_CHUNK):
            for (written,) in rows:
                yield written
