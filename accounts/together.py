"""The prepared questions of a page, asked in one statement: each costs several times more by itself.

Which questions a page asks depends on the rights of its reader. So it is noted for readers with rights of one shape
what was asked while the page was made; for the next one all that is fetched before, and serves when it is asked for the
first time. A question not noted yet is asked by itself; one that this reader does not need was fetched in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, wraps
from itertools import chain
from typing import Any, TypeVar

from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg2.extensions import string_types

from accounts.models import User
from accounts.prepared import Given, Known, Row, Shape, Statement, askable, known_of, stands_for
from records.kept_statements import order

T = TypeVar("T")
View = Callable[..., HttpResponse]
Read = Callable[[str, Any], Any]
"""Reads the text of a value, as the driver does it for the column's type."""


@contextmanager
def together(user: User, name: str, *about: Given) -> Iterator[None]:
    """Inside, what ``asked`` asks for ``user`` on the page of this ``name``: of the page alone, or of what it is
    ``about``, given in this order."""
    known = known_of(user)
    page = _page(name, known.shape)
    known.about, known.worked_out = about, {}
    known.found = page.found(known)
    known.page = page
    try:
        yield
    finally:
        known.page, known.about, known.found, known.worked_out = None, (), {}, {}


def once(user: User, key: Hashable, work: Callable[[], T]) -> T:
    """What ``work`` gives, for all parts of the page that ask for it; outside such a page, each time."""
    known = known_of(user)
    if known.page is None:
        return work()
    if key not in known.worked_out:
        known.worked_out[key] = work()
    return known.worked_out[key]


def asked_together(view: View) -> View:
    """Decorates a page that asks its questions together as long as nothing is searched for on it. It is about what its
    address names."""
    name = f"{view.__module__}.{view.__name__}"

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        about = tuple(kwargs.values())
        searched = request.method != "GET" or request.GET
        if searched or not request.user.is_authenticated or not all(map(askable, about)):
            return view(request, *args, **kwargs)
        with together(request.user, name, *about):
            return view(request, *args, **kwargs)

    return shown


@dataclass(frozen=True, eq=False)
class Question:
    """``columns``: how the values of each are read."""

    statement: Statement
    columns: tuple[Read, ...]


@dataclass
class NotedPage:
    """What was asked on a page by readers with rights of one shape."""

    questions: tuple[Question, ...] = ()

    def asked(self, statement: Statement, known: Known) -> None:
        if all(statement is not noted.statement for noted in self.questions):
            self.questions = *self.questions, Question(statement, _columns(statement, known))

    def found(self, known: Known) -> dict[Statement, list[Row]]:
        questions = self.questions
        if not questions:
            return {}
        sql, values = _of_all(questions).call(known, stands_for(known.about))
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return {
                question.statement: [_read(row, question.columns, cursor.cursor) for row in rows]
                for question, rows in zip(questions, cursor.fetchone(), strict=True)
            }


@lru_cache(256)
def _page(name: str, shape: Shape) -> NotedPage:
    return NotedPage()


@lru_cache(256)
def _of_all(questions: tuple[Question, ...]) -> Statement:
    """One row; of each question its rows, whose values are texts, as rows of several kinds can stand side by side."""
    parts = []
    for question in questions:
        names = [f"c{n}" for n in range(len(question.columns))]
        texts = ", ".join(f"q.{name}::text" for name in names)
        parts.append(f"array(select array[{texts}] from ({question.statement.sql}) as q ({', '.join(names)}))")  # noqa: S608
    values = tuple(chain.from_iterable(question.statement.values for question in questions))
    return Statement(f"select {', '.join(parts)}", values)


def _columns(statement: Statement, known: Known) -> tuple[Read, ...]:
    sql, values = statement.plain(known, stands_for(known.about))
    columns = order(connection, connection.ops.compose_sql(f"select * from ({sql}) as q limit 0", values))  # noqa: S608
    own = connection.connection.string_types
    kinds = [column.type_code for column in columns]
    return tuple(own.get(kind) or string_types.get(kind) or _as_it_is for kind in kinds)


def _as_it_is(text: str, _cursor: Any) -> str:
    return text


def _read(row: list[str | None], columns: tuple[Read, ...], cursor: Any) -> Row:
    return tuple(None if text is None else read(text, cursor) for text, read in zip(row, columns, strict=True))
