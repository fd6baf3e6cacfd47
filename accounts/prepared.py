"""Queries of the pages that everybody opens, written as SQL once for all readers with rights of one shape.

For such a query the query builder takes ten times longer than the database, and most of what it does is the same for
every reader. So the query is built for a reader of whom nothing is known but which rights lie together: placeholders
stand for the codes of the units, for the account, for today and now, and for what the page is about. What a real reader
asks is the same statement with that reader's own values, which the database keeps planned
(``records/kept_statements.py``): nothing else about any reader is kept. A query in which another moment or an altered
code stands cannot be prepared, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigIntegerField, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.http import Http404
from django.utils import timezone

from accounts.models import Appointment, User
from records.kept_statements import KeptStatement, may_keep

Row = tuple[Any, ...]
Shape = tuple[tuple[tuple[str, tuple[int, ...]], ...], tuple[tuple[str, int, bool], ...]]
Given = int | str | date | datetime | list[int] | list[str]
ACCOUNT = -7_019_283_746_501
NEAR = 10_000
"""No real number is so near to ``ACCOUNT``."""
MARK = "\ue000"
"""Around a placeholder; of the private use area, so that no code or department contains it."""
PLACEHOLDER = re.compile(f"({MARK}(?:code|department|given) [0-9]{{16}}{MARK})(~?)")
"""Longer than any code, so that a part of it is none; with the end of the range below it (``villages.below``)."""
NOW, TODAY = object(), object()


@dataclass(frozen=True)
class Totals:
    """A query that counts: asked, it gives one row with these aggregates in their order."""

    rows: QuerySet
    aggregates: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Statement:
    """``sql``: None where such a reader finds nothing, whatever there is. ``values`` of its ``%s``: placeholders, and
    what is the same for all. ``rows``: the queryset whose statement it is; None of ``Totals``. ``by_place``: it is
    planned for each place, the first value given."""

    sql: str | None
    values: Row = ()
    empty: tuple[Row, ...] = ()
    rows: QuerySet | None = None
    by_place: bool = False

    @cached_property
    def kept(self) -> KeptStatement:
        """The same, which the server plans once for all readers of one shape."""
        return KeptStatement(self.sql or "", self.values, list(dict.fromkeys(filter(_is_placeholder, self.values))))

    def call(self, known: Known, stands: dict[Given, Given]) -> tuple[str, Row]:
        """What is executed for one reader."""
        if not may_keep(connection):
            return self.plain(known, stands)
        kept = _kept_for_a_place(self, *next(iter(stands.items()))) if self.by_place else self.kept
        return kept.call(connection, [known.value(value, stands) for value in kept.places], alike=known.widths)

    def plain(self, known: Known, stands: dict[Given, Given]) -> tuple[str, Row]:
        return self.sql or "", tuple(known.value(value, stands) for value in self.values)

    def objects(self, found: list[Row]) -> list[Any]:
        """What was ``found`` by it together with others."""
        if self.rows is None or not found:
            return list(found)
        rows = self.rows.all()
        rows.query.found = found
        return list(rows)


class _WrittenQuery(Query):
    """A query that is not built again: its compiler gives the known statement with the values of one reader."""

    compiled: SQLCompiler
    converters: dict[int, Any]
    statement: tuple[str, Row]
    found: list[Row] | None = None
    """The rows, where they are known already."""

    def chain(self, klass: type[Query] | None = None) -> Query:
        return copy(self)

    def get_compiler(self, using: str | None = None, *_args: Any, **_kwargs: Any) -> SQLCompiler:
        compiler = copy(self.compiled)  # which all threads share
        compiler.connection = connections[using or DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: self.statement
        compiler.get_converters = lambda _columns: self.converters
        if self.found is not None:
            shown = compiler.col_count if compiler.has_extra_select else None
            compiler.execute_sql = lambda *_args, **_kwargs: [[row[:shown] for row in self.found or ()]]
        return compiler


class _Captured(Exception):
    """Instead of running a statement."""


Build = Callable[..., QuerySet | Totals]
_PLANNED_BY_PLACE: set[Build] = set()


class Page(Protocol):
    """A page whose questions are asked together (``accounts/together.py``)."""

    def asked(self, statement: Statement, known: Known) -> None: ...


def asked(build: Build, user: User | None, *given: Given, **fixed: Hashable) -> list[Any]:
    """What ``build(user, *given, **fixed)`` gives: the objects or rows of a queryset, or the one row of ``Totals``.

    ``build``: a function of a module, whose query depends on nothing else. ``given``: values of this one request, which
    stand in the query as they are; ``fixed``: what decides how the query looks, of which there are few. A number stands
    in for it that no small integer holds: a column of these is compared with an expression, otherwise nothing is found.
    A list has something in it, and stands in the query as a whole (``unnest``).
    """
    known = known_of(user) if user else _NOBODY
    kinds = tuple(map(type, given))
    statement = _statement(build, known.shape, kinds, tuple(sorted(fixed.items())))
    if statement.sql is None:
        return list(statement.empty)
    if known.page is not None and given in ((), known.about):
        known.page.asked(statement, known)
        if statement in known.found:
            return statement.objects(known.found.pop(statement))
    sql, values = statement.call(known, stands_for(given))
    if statement.rows is not None:
        rows = statement.rows.all()
        rows.query.statement = sql, values
        return list(rows)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def planned_by_place(build: Build) -> Build:
    """Of a query over so many rows below the code that is ``given`` first that it is planned for each of these: a plan
    for all codes expects few rows below one, and looks each up."""
    _PLANNED_BY_PLACE.add(build)
    return build


@lru_cache(256)
def _kept_for_a_place(statement: Statement, stand_in: str, code: str) -> KeptStatement:
    """With the ``code`` in it for which ``stand_in`` stands, alone or as the end of its range."""
    values = [
        code + value.removeprefix(stand_in) if isinstance(value, str) and value.startswith(stand_in) else value
        for value in statement.values
    ]
    return KeptStatement(statement.sql or "", values, list(dict.fromkeys(filter(_is_placeholder, values))))


def asked_or_404(build: Build, user: User, given: int | str) -> Any:
    """The first object that ``build(user, given)`` gives, or 404."""
    found = asked(build, user, given) if user.is_authenticated and askable(given) else []
    if not found:
        raise Http404
    return found[0]


def askable(named: int | str) -> bool:
    """Whether the database can be asked of what an address names."""
    return isinstance(named, str) or 0 <= named <= BigIntegerField.MAX_BIGINT


def known_of(user: User) -> Known:
    """Worked out once for the life of this object, like the ``grants`` it is taken from."""
    if not hasattr(user, "known"):
        user.known = Known(user)
    return user.known


class Known:
    """What stands for the placeholders of one reader; and what of the ``page`` that is being made was ``found``, and
    what it is ``about``."""

    page: Page | None = None
    about: tuple[Given, ...] = ()
    found: dict[Statement, list[Row]]
    worked_out: dict[Hashable, Any]
    """For this page (``together.once``)."""

    def __init__(self, user: User) -> None:
        codes = {code: None for held in user.grants.values() for code in held}
        codes |= {post.unit_id: None for post in user.posts}
        number = {code: n for n, code in enumerate(codes)}
        rights = tuple((right, tuple(number[code] for code in held)) for right, held in sorted(user.grants.items()))
        posts = tuple((post.role, number[post.unit_id], bool(post.department)) for post in user.posts)
        self.shape: Shape = (rights, posts)
        self.texts = {_code(n): code for code, n in number.items()}
        self.texts |= {_department(n): post.department for n, post in enumerate(user.posts)}
        self.pk = user.pk
        self.widths = tuple(map(len, codes))
        """One plan serves places of one level: below them is about as much."""

        self.found = {}

    def value(self, value: Any, given: dict[Given, Given]) -> Any:
        if value is NOW:
            return timezone.now()
        if value is TODAY:
            return timezone.localdate()
        if isinstance(value, str) and (found := PLACEHOLDER.fullmatch(value)):
            meant = given.get(found[1]) or self.texts[found[1]]
            return meant if isinstance(meant, list) else str(meant) + found[2]
        if isinstance(value, int | date):
            return self.pk if value == ACCOUNT else given.get(value, value)
        return value


def _nobody() -> User:
    user = User(pk=ACCOUNT)
    user.grants, user.posts = {}, []
    return user


_NOBODY = Known(_nobody())
"""For what every reader is told alike."""


def _code(n: int) -> str:
    return f"{MARK}code {n:016}{MARK}"


def _department(n: int) -> str:
    return f"{MARK}department {n:016}{MARK}"


def _stand_in(shape: Shape) -> User:
    """A reader with rights of this shape, and nothing else."""
    rights, posts = shape
    user = User(pk=ACCOUNT)
    user.grants = {right: [_code(n) for n in held] for right, held in rights}
    user.posts = [
        Appointment(user=user, role=role, unit_id=_code(n), department=_department(k) if named else "")
        for k, (role, n, named) in enumerate(posts)
    ]
    return user


def stands_for(given: tuple[Given, ...]) -> dict[Given, Given]:
    """By their placeholders, the values of one request."""
    return dict(zip(_placeholders(tuple(map(type, given))), given, strict=True))


@lru_cache
def _placeholders(kinds: tuple[type, ...]) -> list[Given]:
    return [_placeholder(kind, n) for n, kind in enumerate(kinds)]


def _placeholder(kind: type, n: int) -> Given:
    if kind is int:
        return ACCOUNT + 1 + n
    if kind is date:
        return date.min + timedelta(n)
    if kind is datetime:
        return datetime.min.replace(tzinfo=UTC) + timedelta(1 + n)
    if issubclass(kind, str | list):
        return f"{MARK}given {n:016}{MARK}"
    raise TypeError(f"{kind} cannot be given")


Fixed = tuple[tuple[str, Hashable], ...]


@lru_cache(1024)  # of some 90 KB each; the accounts of the demonstration share 135
def _statement(build: Build, shape: Shape, kinds: tuple[type, ...], fixed: Fixed) -> Statement:
    try:
        return _built(build, shape, kinds, fixed)
    except ValueError:  # also where midnight passed meanwhile, or the clock was set
        return _built(build, shape, kinds, fixed)


def _built(build: Build, shape: Shape, kinds: tuple[type, ...], fixed: Fixed) -> Statement:
    began, day = timezone.now(), timezone.localdate()
    given = _placeholders(kinds)
    query = build(_stand_in(shape), *given, **dict(fixed))
    compiler = None
    try:
        if isinstance(query, Totals):
            sql, values = _captured(query)
        else:
            compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
            sql, values = compiler.as_sql()
    except EmptyResultSet:
        return Statement(None)
    if sql is None:
        return Statement(None, empty=(values,))
    kept = tuple(value if value in given else _kept(value, began, day) for value in values)
    by_place = build in _PLANNED_BY_PLACE
    if compiler is None:
        return Statement(sql, kept, by_place=by_place)
    query.query.__class__ = _WrittenQuery  # which nobody else has; assigned, it would give dictionaries for tuples
    query.query.compiled = compiler
    query.query.converters = compiler.get_converters(
        [column for column, *_named in compiler.select[: compiler.col_count]]
    )
    return Statement(sql, kept, rows=query, by_place=by_place)


def _is_placeholder(value: Any) -> bool:
    if isinstance(value, str):
        return PLACEHOLDER.fullmatch(value) is not None
    if isinstance(value, int):
        return abs(value - ACCOUNT) < NEAR
    return value is NOW or value is TODAY or isinstance(value, date)


def _captured(query: Totals) -> tuple[str | None, Row]:
    """The statement; without one, what the query gives."""
    with _capturing() as found:
        try:
            return None, tuple(query.rows.aggregate(**query.aggregates).values())
        except _Captured:
            return found[0]


@contextmanager
def _capturing() -> Iterator[list[tuple[str, Row]]]:
    found: list[tuple[str, Row]] = []

    def capture(_execute: Any, sql: str, params: Any, _many: bool, _context: Any) -> None:
        found.append((sql, tuple(params)))
        raise _Captured

    logged, connection.force_debug_cursor = connection.force_debug_cursor, False  # nothing is executed
    connection.execute_wrappers.insert(0, capture)
    try:
        yield found
    finally:
        connection.execute_wrappers.remove(capture)
        connection.force_debug_cursor = logged


def _kept(value: Any, began: datetime, day: date) -> Any:
    """A value of the statement, moments as placeholders."""
    if isinstance(value, datetime):
        if not began <= value <= timezone.now():
            raise ValueError(f"the moment {value} is not now")
        return NOW
    if isinstance(value, date):
        if value != day:
            raise ValueError(f"the day {value} is not today")
        return TODAY
    if isinstance(value, int) and value != ACCOUNT and abs(value - ACCOUNT) < NEAR:
        raise ValueError(f"the number {value} was altered")
    if MARK in str(value) and not PLACEHOLDER.fullmatch(str(value)):
        raise ValueError(f"the code in {value!r} was altered")
    if isinstance(value, list) and all(isinstance(part, str) and MARK not in part for part in value):
        return value
    if not isinstance(value, str | int | Decimal | timedelta | None):
        raise TypeError(f"{value!r} may hide what differs between readers")
    return value
