"""Decision + effects → star periods: the single query of ``rerating.sql``, the same for one unit and for a nation.

``rerate`` saves its result, ``export`` only returns it; neither depends on what was stored before (formats §3).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from ratings.models import Event, Proposal, StarPeriod
from ratings.models.register import FEW
from ratings.register.star_changes import StarChanges
from ratings.signals import proposals_opened, stars_changed
from records.kept_statements import rows_of
from records.locks import Lock, hold
from villages.models import descendants

_PERIODS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("{query}", "")


class RerateScope(NamedTuple):
    """Which units: a condition on ``villages_unit`` with its parameters, and their codes if they are few."""

    condition: str
    params: tuple[Any, ...] = ()
    few: tuple[str, ...] = ()


def named_in(table: str) -> RerateScope:
    """The units that a column ``unit`` of ``table`` names."""
    return RerateScope(f"code in (select unit from {table})")  # noqa: S608 our own temporary table


Units = RerateScope | str | Collection[str]
"""A scope; the code of a unit, for it and all below it ("" for the nation); or the codes themselves."""


def scope_of(units: Units) -> RerateScope:
    if isinstance(units, RerateScope):
        return units
    if isinstance(units, str):
        return RerateScope("code >= %s and code < %s", (units, units + "~"))
    codes = tuple(sorted(set(units)))
    return RerateScope("code = any(%s)", (list(codes),), codes if len(codes) <= FEW else ())


def with_periods(scope: RerateScope, day: date) -> tuple[str, list[Any]]:
    """The query up to its relation ``period``, and its parameters."""
    units = f"wanted as materialized (select code, level from villages_unit where {scope.condition})"  # noqa: S608
    source = f"with recursive {units}, horizon as (select %s::date as day)"
    return _PERIODS.replace("{source}", source), [*scope.params, day]


def _rows(query: str, scope: RerateScope, day: date, *given: Any) -> list[tuple[Any, ...]]:
    """What ``query`` finds in the relations up to ``period``. For a few units, planning it takes longer than running
    it."""
    periods, params = with_periods(scope, day)
    sql, params = query.format(periods=periods), [*params, *given]
    if scope.few:
        return rows_of(sql, params)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


_DIFFERENCE = """
create temporary table {table} on commit drop as
{periods}, known as (
    select s.* from wanted u join ratings_starperiod s on s.unit_id = u.code where s.superseded_at is null
)
select coalesce(k.unit_id, p.unit) as unit, k.id as known,
       coalesce(k.during, daterange(p.since, p.until)) as during, coalesce(k.star, p.star) as star,
       coalesce(k.decision_id, p.decision) as decision, coalesce(k.scheme_id, p.scheme) as scheme,
       coalesce(k.effects::text[], p.effects) as effects
from period p full join known k
    on k.unit_id = p.unit and k.during = daterange(p.since, p.until) and k.star = p.star and k.decision_id = p.decision
   and coalesce(k.scheme_id, 0) = coalesce(p.scheme, 0) and k.effects::text[] = p.effects
where k.id is null or p.unit is null
"""
# A record that is the same up to the day is left alone, whatever it says about later days.
_LEAVE_THE_FUTURE = """
delete from {table} where unit in (
    select unit from {table} where coalesce(upper(during), lower(during)) > %s
    except
    select unit from ({differences}) as d where day <= %s
)
"""
_SUPERSEDE = "update ratings_starperiod as s set superseded_at = %s from {table} c where s.id = c.known"
_KEEP = """
insert into ratings_starperiod (unit_id, during, star, decision_id, scheme_id, effects, recorded_at)
select unit, during, star, decision, scheme, effects, %s from {table} where known is null order by unit, during
"""
_PROPOSE = """
insert into ratings_proposal (event_id, unit_id, scheme_id, rule, state, reason)
select h.id, h.unit, h.scheme, r.nr, 'open', ''
from happened h join rule r on r.scheme = h.scheme and r.kind = h.kind
where not r.automatic and h.reversed is null and not exists (
    select from ratings_proposal p where p.event_id = h.id and p.scheme_id = h.scheme and p.rule = r.nr
)
on conflict do nothing
"""


@transaction.atomic
def rerate(units: Units, until: date | None = None, *, dry_run: bool = False) -> StarChanges:
    """Bring the known periods of ``units`` in line with decisions and events, and open missing proposals.

    ``until`` (default today) is the day to look at: units whose record is already right up to it are left alone, the
    others are rewritten up to today. For a future day nothing is written; it is a forecast, as with ``dry_run``. The
    changes can be read until the transaction ends; ``stars_changed`` announces them inside it.
    """
    today = timezone.localdate()
    until = until or today
    scope, horizon = _with_descendants(scope_of(units)), max(until, today)
    with connection.cursor() as cursor:
        _lock(scope)
        changes = StarChanges(horizon)
        _compare(cursor, scope, until, horizon, changes)
        if dry_run or until > today:
            return changes
        periods, params = with_periods(scope, horizon)
        cursor.execute(f"{periods} {_PROPOSE}", params)
        opened = cursor.rowcount
        if changes:
            now = timezone.now()
            cursor.execute(_SUPERSEDE.format(table=changes.table), [now])
            cursor.execute(_KEEP.format(table=changes.table), [now])
    if changes:
        stars_changed.send(sender=StarPeriod, changes=changes)
    if opened:
        proposals_opened.send(sender=Proposal)
    return changes


_HEIRS = """
with recursive heir (unit) as (
    select p.after_id from villages_unitsuccession p
    where p.before_id in (select code from villages_unit where {condition})
    union
    select p.after_id from heir h join villages_unitsuccession p on p.before_id = h.unit
)
select unit from heir where unit not in (select code from villages_unit where {condition}) order by unit
"""


def _with_descendants(scope: RerateScope) -> RerateScope:
    """``scope`` and the units outside it that have taken over anything from one in it (practice §4)."""
    with connection.cursor() as cursor:
        cursor.execute(_HEIRS.format(condition=scope.condition), [*scope.params, *scope.params])
        outside = [unit for (unit,) in cursor.fetchall()]
    if not outside:
        return scope
    few = tuple(sorted({*scope.few, *outside})) if scope.few else ()
    return RerateScope(
        f"({scope.condition}) or code = any(%s)", (*scope.params, outside), few if len(few) <= FEW else ()
    )


def lock_units(units: Units = "") -> None:
    """Nobody else re-rates these units until the end of the transaction.

    Code that changes what a star depends on calls this before reading the current state, and ``rerate`` after the
    change.
    """
    _lock(_with_descendants(scope_of(units)))


def _lock(scope: RerateScope) -> None:
    """Nobody else re-rates these units until the end of the transaction: one lock each if few, otherwise one
    for all.

    Who holds the register shared (for few) and then wants it alone (for many) waits for all others that hold it shared,
    of whom one may wait for them: a deadlock. A step that re-rates twice therefore locks all its units first
    (``lock_units``): what is taken again is held already, in the strongest way.
    """
    if not scope.few:
        hold(Lock.REGISTER)
        return
    hold(Lock.REGISTER, shared=True)
    hold(Lock.STARS, scope.few)


def _compare(cursor: CursorWrapper, scope: RerateScope, until: date, horizon: date, changes: StarChanges) -> None:
    """Fill the table of ``changes``: known periods that no longer hold, and periods that are not known yet."""
    periods, params = with_periods(scope, horizon)
    cursor.execute(_DIFFERENCE.format(table=changes.table, periods=periods), params)
    cursor.execute(f"analyze {changes.table}")  # without statistics the planner would self-join it row by row
    cursor.execute(_LEAVE_THE_FUTURE.format(table=changes.table, differences=changes.differences()), [until, until])


_CAUSES = """
{periods}
select e.unit, e.does, coalesce(e.by, e.star), h.kind, h."on", (
    select x ->> 'name' from version v cross join lateral jsonb_array_elements(v.body -> 'events') x
    where v.id = h.scheme and x ->> 'code' = h.kind
    limit 1
)
from effect e join happened h on h.id = e.event, horizon
where e.does <> 'warn' and horizon.day >= e.since and (e.until is null or horizon.day < e.until)
order by e.unit, array_position(array['revoke', 'suspend', 'cap', 'lower'], e.does), h."on" desc, h.id desc
"""


class Cause(NamedTuple):
    """An effect active on a day and its event; ``n`` is the maximum left by a cap, or the stars taken by a lowering."""

    unit: str
    does: str
    n: int | None
    kind: str
    on: date
    name: str | None


def causes(units: Units, on: date) -> list[Cause]:
    """What lowers the stars of ``units`` on the day ``on``: the heaviest effect first, of the latest event."""
    return [Cause(*row) for row in _rows(_CAUSES, scope_of(units), on)]


_ACTING = """
{periods}
select rule, min(since), case when bool_and(until is not null) then max(until) end
from effect
where event = %s and (until is null or until > since)
group by rule
order by rule
"""


ActingRule = tuple[int, date, date | None]
"""A rule in effect (its index in the scheme's list), from day to day (half-open)."""


def acting(event: Event) -> list[ActingRule]:
    """The rules in effect through ``event``; they act on the successors of the unit, too."""
    return _rows(_ACTING, scope_of(descendants([event.unit_id])), timezone.localdate(), event.pk)


_THROUGH = """
{periods}
select event, label, case when bool_and(until is not null) then max(until) end
from effect
where event = any(%s) and (until is null or until > since)
group by event, label
order by event, label
"""


def acting_through(events: Collection[Event]) -> dict[int, list[tuple[str, date | None]]]:
    """By event, each effect that it has or had on its own unit as the register writes it (``cap:3``), and the day on
    which it ends."""
    found: dict[int, list[tuple[str, date | None]]] = {}
    scope = scope_of({event.unit_id for event in events})
    for event, label, until in _rows(_THROUGH, scope, timezone.localdate(), [event.pk for event in events]):
        found.setdefault(event, []).append((label, until))
    return found


_EXPORT = """
copy (
    {periods}, run as (
        select p.*, star is distinct from lag(star) over (partition by unit order by since) as moved from period p
    )
    select unit, (array_agg(star order by since desc))[1] as star, max(since) filter (where moved) as since,
           (array_agg(decided order by since desc))[1] as decided,
           nullif(array_to_string(max(effects) filter (where until is null), ';'), '') as effects
    from run
    group by unit
    having bool_or(until is null)
    order by unit
) to stdout with (format csv, header)
"""


def export(file: BinaryIO, units: Units = "", on: date | None = None) -> None:
    """Write ``unit,star,since,decided,effects`` for every unit with a decision in force on the day (formats §3)."""
    periods, params = with_periods(scope_of(units), on or timezone.localdate())
    file.write(b"\xef\xbb\xbf")
    with connection.cursor() as cursor:
        cursor.copy_expert(cursor.mogrify(_EXPORT.format(periods=periods), params), file)


class StarSpan(NamedTuple):
    """A star held from the day ``since`` up to the day ``until`` (exclusive; None: while nothing else is known)."""

    unit: str
    since: date
    until: date | None
    star: int


_TIMELINE = "{periods} select unit, since, until, star from period order by unit, since"


def timeline(units: Units, horizon: date) -> list[StarSpan]:
    """The whole life of the stars of ``units``, as far as it is known on any day up to ``horizon``."""
    return [StarSpan(*row) for row in _rows(_TIMELINE, scope_of(units), horizon)]


_STARS = """
{periods}
select unit, star from period, horizon where since <= horizon.day and (until is null or until > horizon.day)
"""


def stars(units: Units, on: date) -> dict[str, int]:
    """The star of each unit with a decision in force ``on`` that day, by code."""
    return dict(_rows(_STARS, scope_of(units), on))


_CAPS = """
{periods}
select unit, min(star) from effect
where does = 'cap' and since <= %s and (until is null or %s < until)
group by unit
"""


def active_caps(units: Collection[str], day: date) -> dict[str, int]:
    """The lowest cap active on ``day``, by unit, decided on or not; a new decision must not exceed it (formats §3)."""
    return dict(_rows(_CAPS, scope_of(units), day, day, day))
