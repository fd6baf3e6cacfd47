"""The rated villages below a unit on a day, and what the register and the events say of them: one query for all.

Every query begins with the relation ``village (code, place)``; ``place`` is the unit above by which it is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count
from django.db.models.functions import Left

from ratings.register.rerating import scope_of, with_periods
from villages.models import rated_on


@dataclass(frozen=True)
class VillagesBelow:
    """The villages of ``unit`` that stood ``on`` the day, by the first ``digits`` of their codes. ``each``: the same by
    more digits, where these are read as well: what the register says is summed up from it."""

    unit: str
    on: date
    digits: int
    each: VillagesBelow | None = None

    @cached_property
    def counted(self) -> dict[str, int]:
        """How many there are by place, in order; places without any are left out."""
        villages = rated_on(self.unit, self.on).order_by().annotate(place=Left("code", self.digits))
        return dict(sorted(villages.values_list("place").annotate(Count("pk"))))

    @property
    def stars(self) -> Iterator[tuple[str, int, int, int]]:
        """Place, star on the day, star a year before, and how many villages hold these two (no star: 0)."""
        return ((place, star, before, n) for place, star, before, _marks, n, _total in self._register)

    @property
    def points(self) -> Iterator[tuple[str, Decimal, Decimal]]:
        """Place, full marks of the scheme of the decision in force, sum of the totals, each capped at these marks."""
        return ((place, marks, total) for place, _star, _before, marks, _n, total in self._register if marks)

    @cached_property
    def _register(self) -> list[tuple[Any, ...]]:
        """What ``register.sql`` gives: the periods of the register are worked out once for stars and points."""
        if self.each:
            return _summed_up(self.each._register, self.digits)
        before = year_before(self.on)
        return self.register_rows(_REGISTER, self.on, self.on, before, before)

    def events(self, kinds: Iterable[str], year: int) -> dict[str, int]:
        """How many villages have a released event of ``kinds`` in the year, by place; one undone by an appeal does not
        count."""
        return dict(self.rows(_EVENTS, list(kinds), year, self.on))

    def rows(self, sql: str, *params: Any) -> list[tuple]:
        villages, named = self._relation
        with connection.cursor() as cursor:
            cursor.execute(f"with {villages} {sql}", [*named, *params])
            return cursor.fetchall()

    def register_rows(self, sql: str, *params: Any) -> list[tuple]:
        """``rows`` with the relation ``period`` of the register up to the day."""
        periods, register = with_periods(scope_of(self.unit), self.on)
        villages, named = self._relation
        with connection.cursor() as cursor:
            cursor.execute(f"{periods}, {villages} {sql}", [*register, *named, *params])
            return cursor.fetchall()

    @cached_property
    def _relation(self) -> tuple[str, list[Any]]:
        codes, params = rated_on(self.unit, self.on).order_by().values("code").query.sql_with_params()
        return f"village as materialized (select code, left(code, %s) as place from ({codes}) as v)", [  # noqa: S608
            self.digits,
            *params,
        ]


def _summed_up(rows: list[tuple[Any, ...]], digits: int) -> list[tuple[Any, ...]]:
    """Rows of ``register.sql`` by fewer digits."""
    numbers: dict[tuple[Any, ...], int] = defaultdict(int)
    totals: dict[tuple[Any, ...], Decimal | None] = defaultdict(lambda: None)
    for place, star, before, marks, n, total in rows:
        key = place[:digits], star, before, marks
        numbers[key] += n
        if total is not None:
            totals[key] = (totals[key] or 0) + total
    return [(*key, n, totals[key]) for key, n in numbers.items()]


_REGISTER = Path(__file__).with_name("register.sql").read_text(encoding="utf-8").replace("{source}", "")
_EVENTS = """
select v.place, count(distinct e.unit_id)
from village v
join ratings_event e on e.unit_id = v.code
left join ratings_reversal r on r.event_id = e.id
where not e.held and e.kind = any (%s) and extract(year from e."on") = %s and (r."on" is null or r."on" > %s)
group by 1
"""


def year_before(day: date) -> date:
    """The same day of the previous year; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
