"""Which unit a row of the audit trail belongs to: its own column, or that of the row that it is part of.

An answer belongs to the village of its application, a measure to that of its plan. Parents are read from their
histories, so that what was part of a deleted row keeps its place.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from django.db import models
from django.db.models.functions import Length

from accounts.models import User
from records.models import StoredFile
from villages.models import BY_COUNTY, COUNTY_LENGTH, Unit


@dataclass(frozen=True)
class UnitPath:
    """From a history row ``e`` to its unit: the ``column`` of ``e``, and the joined histories that lead on from it."""

    column: str
    joins: tuple[tuple[str, str], ...] = ()
    """History table and column, one after the other; the last column is the unit's code."""
    by_county: bool = False
    """Whether ``e`` has an index by county and time (``villages.models.by_county``)."""

    @property
    def county(self) -> str:
        """SQL: the code of the county of ``e``, as the index has it."""
        return f"left(e.{self.column}, {COUNTY_LENGTH})"

    @property
    def code(self) -> str:
        """SQL: the code of the unit of ``e``."""
        if not self.joins:
            return f"e.{self.column}"
        last = len(self.joins) - 1
        return (
            f"(select p{last}.{self.joins[-1][1]} {self._from()} where p0.pgh_obj_id = e.{self.column}"
            f" order by p{last}.pgh_id desc limit 1)"
        )

    def within(self, count: int) -> str:
        """SQL: whether the unit of ``e`` lies in one of ``count`` places; two parameters each, its code and the end of
        the range below it."""
        if not count:
            return "false"
        last = len(self.joins) - 1
        column = f"p{last}.{self.joins[-1][1]}" if self.joins else f"e.{self.column}"
        ranges = " or ".join([f"({column} >= %s and {column} < %s)"] * count)
        return (
            f"e.{self.column} in (select p0.pgh_obj_id {self._from()} where {ranges})" if self.joins else f"({ranges})"
        )

    def _from(self) -> str:
        (first, _column), *rest = self.joins
        joined = f"from {first} p0"
        for number, (table, _column) in enumerate(rest, 1):
            joined += f" join {table} p{number} on p{number}.pgh_obj_id = p{number - 1}.{self.joins[number - 1][1]}"
        return joined


def of_counties(codes: Collection[str]) -> bool:
    """Whether ``codes`` are whole counties, cities and provinces."""
    return all(len(one) <= COUNTY_LENGTH for one in codes)


def counties_of(codes: Collection[str]) -> set[str]:
    """The counties at and below such ``codes``, and the cities and provinces among these."""
    wide = Unit.objects.within_any(one for one in codes if len(one) < COUNTY_LENGTH)
    found = wide.annotate(digits=Length("code")).filter(digits__lte=COUNTY_LENGTH).order_by()
    return {*codes, *found.values_list("code", flat=True)}


@cache
def path_to_unit(history: type[models.Model]) -> UnitPath | None:
    """None for rows that belong to no unit, such as accounts."""
    tracked = history.pgh_tracked_model
    column = "code" if tracked is Unit else _unit_column(tracked)
    if column:
        return UnitPath(column, by_county=any(index.name.endswith(BY_COUNTY) for index in history._meta.indexes))
    joins: list[tuple[str, str]] = []
    first = step = _parent(tracked)
    while step:
        above = step.related_model
        over = _unit_column(above) or (following := _parent(above)) and following.column
        if not over:
            return None
        joins.append((above.pgh_event_model._meta.db_table, over))
        step = None if _unit_column(above) else following
    return UnitPath(first.column, tuple(joins)) if first else None


def _unit_column(tracked: type[models.Model]) -> str | None:
    """Its own unit, where every row has one; other rows belong where what they are part of belongs."""
    own = (field.column for field in tracked._meta.concrete_fields if field.name == "unit" and not field.null)
    return next(own, None)


def _parent(tracked: type[models.Model]) -> models.ForeignKey | None:
    """What a row is always part of."""
    return next(
        (
            field
            for field in tracked._meta.concrete_fields
            if (field.many_to_one or field.one_to_one)
            and not field.null
            and field.related_model not in (User, StoredFile)
            if hasattr(field.related_model, "pgh_event_model")
        ),
        None,
    )
