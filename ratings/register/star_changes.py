"""What a re-rating changed, unit by unit: read from the database lazily, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import uuid4

from django.db import connection


@dataclass(frozen=True, slots=True)
class StarChange:
    """One unit's record has changed from the day ``since``: ``before`` → ``after`` (None: no star was held).

    ``since`` is the first day on which the star differs or, when none does, on which decision, scheme or effects do.
    The rest describes the day looked at: the previous and the new star, the decisions in force before and after, and
    the effects now active.
    """

    unit: str
    since: date
    before: int | None
    after: int | None
    star_before: int | None
    star: int | None
    decision_before: int | None
    decision: int | None
    effects: list[str]

    @property
    def moves_star(self) -> bool:
        """Whether the star of the day itself has changed."""
        return self.star_before != self.star


_DIFFERENCES = """
select distinct on (b.unit) b.unit, b.day, old.star as before, new.star as after
from (
    select unit, lower(during) as day from {table}
    union
    select unit, upper(during) from {table} where not upper_inf(during)
) as b
left join {table} old on old.unit = b.unit and old.known is not null and b.day <@ old.during
left join {table} new on new.unit = b.unit and new.known is null and b.day <@ new.during
where (old.star, old.decision, old.scheme, old.effects) is distinct from
      (new.star, new.decision, new.scheme, new.effects)
order by b.unit{first}, b.day
"""
_CHANGES = """
select d.unit, d.day, d.before, d.after,
       coalesce(old.star, case when new.unit is null then same.star end), coalesce(new.star, same.star),
       coalesce(old.decision, case when new.unit is null then same.decision_id end),
       coalesce(new.decision, same.decision_id), coalesce(new.effects, same.effects::text[], '{{}}')
from ({differences}) as d
left join {table} old on old.unit = d.unit and old.known is not null and old.during @> %(day)s::date
left join {table} new on new.unit = d.unit and new.known is null and new.during @> %(day)s::date
left join lateral (
    select s.star, s.decision_id, s.effects from ratings_starperiod s
    where old.unit is null and new.unit is null
      and s.unit_id = d.unit and s.superseded_at is null and s.during @> %(day)s::date
    limit 1
) as same on true
order by d.unit
"""
# ``same`` is one row at most. The limit keeps it a look-up for those that need it: as a join, after a first filling,
# each change met each period, of whose rows the planner has no statistics before the transaction ends.


_MOVED = """
select old.unit, old.star, new.star
from {table} old join {table} new on new.unit = old.unit
where old.known is not null and old.during @> %(day)s::date
  and new.known is null and new.during @> %(day)s::date
  and old.star <> new.star and old.decision = new.decision
order by old.unit
"""


class Moved(NamedTuple):
    """A unit whose star on the day was ``before`` and is now ``after``, under the same decision."""

    unit: str
    before: int
    after: int


class StarChanges:
    """The changes of one re-rating, in order of unit; they exist until the end of its transaction.

    ``day`` is the day that was looked at. True if there are any.
    """

    def __init__(self, day: date) -> None:
        self.day = day
        self.table = f"register_change_{uuid4().hex[:12]}"

    def __bool__(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"select exists (select from {self.table})")  # noqa: S608 a name of our own
            return cursor.fetchone()[0]

    def __iter__(self) -> Iterator[StarChange]:
        differences = self.differences(stars_first=True)
        with connection.chunked_cursor() as cursor:
            cursor.execute(_CHANGES.format(table=self.table, differences=differences), {"day": self.day})
            while rows := cursor.fetchmany(2000):
                for row in rows:
                    yield StarChange(*row)

    def moved_by_events(self) -> list[Moved]:
        """The units whose star on the day itself has changed because of events and not of a decision."""
        with connection.cursor() as cursor:
            cursor.execute(_MOVED.format(table=self.table), {"day": self.day})
            return [Moved(*row) for row in cursor.fetchall()]

    def differences(self, *, stars_first: bool = False) -> str:
        """SQL for the first day on which each unit's record differs; with ``stars_first``, on which its star does."""
        first = ", (old.star is distinct from new.star) desc" if stars_first else ""
        return _DIFFERENCES.format(table=self.table, first=first)
