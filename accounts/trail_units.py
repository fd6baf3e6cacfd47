"""Which unit a row of the audit trail belongs to: its own column, or that of the row that it is part of.

An answer belongs to the village of its application, a measure to that of its plan. Parents are read from their
histories, so that what was part of a deleted row keeps its place.
"""

from dataclasses import dataclass
from functools import cache

from django.db import models

from accounts.models import User
from records.models import StoredFile
from villages.models import Unit


@dataclass(frozen=True)
class UnitPath:
    """From a history row ``e`` to its unit: the ``column`` of ``e``, and the joined histories that lead on from it."""

    column: str
    joins: tuple[tuple[str, str], ...] = ()
    """History table and column, one after the other; the last column is the unit's code."""

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


@cache
def path_to_unit(history: type[models.Model]) -> UnitPath | None:
    """None for rows that belong to no unit, such as accounts."""
    tracked = history.pgh_tracked_model
    if tracked is Unit:
        return UnitPath("code")
    column = _unit_column(tracked)
    if column:
        return UnitPath(column)
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
