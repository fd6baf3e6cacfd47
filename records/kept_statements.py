"""Statements that a connection of the database keeps planned (``prepare``): planning one of many joins takes the server
several times longer than running it.

A statement is planned for each connection when it is first asked there, for all arguments at once. PostgreSQL would
plan each of the first five calls (a custom plan) and, where it takes that for cheaper, every one: its estimates leave
the planning out, and of the units below a code that it does not know yet it expects a part of the whole nation's.
Behind PgBouncer, where the next statement may meet another connection, nothing is kept.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import pghistory.runtime
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg2.extensions import AsIs

MOST = 200
"""Per connection; of some 100 KB each in the server's process."""
_NAMED = re.compile(r"%\((\w+)\)s")
TYPES = {str: "text", bool: "boolean", int: "bigint", datetime: "timestamptz", date: "date"}
"""In this order: a truth value is a number, a moment a date, too."""
_numbers = count(1)
_kept: WeakKeyDictionary[Any, OrderedDict[tuple[KeptStatement, Hashable], str]] = WeakKeyDictionary()
"""By the driver's connection, which Django may reopen."""

# They only read, so that history needs to know nothing of them; pghistory knows it of "select" alone.
pghistory.runtime.IGNORED_SQL_PREFIXES += ("execute kept_",)


class KeptStatement:
    """A ``select`` in which each value of ``values`` stands for a ``%s``; those in ``arguments`` are given with each
    call, the others are part of the statement, so that indexes on some rows serve it."""

    def __init__(self, sql: str, values: Sequence[Any], arguments: Sequence[Hashable]) -> None:
        self.sql, self.values = sql, values
        self.places = {argument: n for n, argument in enumerate(arguments, 1)}

    def call(self, on: BaseDatabaseWrapper, given: Sequence[Any], alike: Hashable) -> tuple[str, tuple[Any, ...]]:
        """The call with the values ``given`` for its arguments, prepared on this connection. ``alike``: calls that
        differ in it have separate plans."""
        kept = _kept_on(on)
        name = kept.get((self, alike))
        if name is None:
            name = f"kept_{next(_numbers)}"
            self._prepare(on, name, given)
            kept[self, alike] = name
            _make_room(on, kept)
        kept.move_to_end((self, alike))
        return f"execute {name}{_list(['%s'] * len(given))}", tuple(given)

    def _prepare(self, on: BaseDatabaseWrapper, name: str, given: Sequence[Any]) -> None:
        filled = [AsIs(f"${self.places[value]}") if _is_in(value, self.places) else value for value in self.values]
        statement = on.ops.compose_sql(self.sql, filled)
        types = _list([_type(value) for value in given])
        order(on, f"prepare {name}{types} as {statement}")


def rows_of(sql: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a ``select`` whose text is always the same: all that differs is ``given``. An empty list is one of
    texts."""
    params = tuple(given)
    if may_keep(connection):
        kept = _of_text(sql, len(params))
        sql, params = kept.call(connection, params, alike=None)
    return _fetched(sql, params)


def named_rows_of(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """``rows_of`` where each value has a name (``%(day)s``) and may stand for several."""
    if not may_keep(connection):
        return _fetched(sql, given)
    kept = _of_names(sql)
    return _fetched(*kept.call(connection, [given[name] for name in kept.places], alike=None))


def _fetched(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@lru_cache(100)
def _of_names(sql: str) -> KeptStatement:
    names = _NAMED.findall(sql)
    return KeptStatement(_NAMED.sub("%s", sql), names, list(dict.fromkeys(names)))


@lru_cache(100)
def _of_text(sql: str, arguments: int) -> KeptStatement:
    return KeptStatement(sql, range(arguments), range(arguments))


def order(on: BaseDatabaseWrapper, statement: str) -> Sequence[Any]:
    """Run what asks for no rows and belongs to no page: once for a connection or a process. Gives its columns."""
    with on.cursor() as cursor, on.wrap_database_errors:
        cursor.cursor.execute(statement)
        return cursor.cursor.description or ()


def may_keep(on: BaseDatabaseWrapper) -> bool:
    return not on.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


@receiver(connection_created)
def plan_once(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if may_keep(connection):
        order(connection, "set plan_cache_mode = force_generic_plan")


def _kept_on(on: BaseDatabaseWrapper) -> OrderedDict[tuple[KeptStatement, Hashable], str]:
    """What this connection keeps; a new one keeps nothing."""
    on.ensure_connection()
    return _kept.setdefault(on.connection, OrderedDict())


def _make_room(on: BaseDatabaseWrapper, kept: OrderedDict[tuple[KeptStatement, Hashable], str]) -> None:
    if len(kept) > MOST:
        _oldest, name = kept.popitem(last=False)
        order(on, f"deallocate {name}")


def _type(value: Any) -> str:
    if isinstance(value, list):
        return f"{_type(value[0]) if value else 'text'}[]"
    return next(name for kind, name in TYPES.items() if isinstance(value, kind))


def _list(parts: Sequence[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def _is_in(value: Any, places: dict[Hashable, int]) -> bool:
    return isinstance(value, Hashable) and value in places
