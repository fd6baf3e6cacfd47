"""The explanation on the page "why this star", section by section: each app registers its own in ``registrations.py``.

The rows of all sections come from one query, so that the page stays fast however many sections there are.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from itertools import islice
from typing import Any, Protocol

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from accounts.prepared import Given, asked
from ratings.models import Application, Decision
from records.registry import Registry

Rows = Mapping[str, list[dict[str, Any]]]
"""By name, the rows that a chapter asked for, as JSON has them: days and times as ISO text."""


class ExplanationSubject(Protocol):
    """Whose star it is, and who asks. ``decision`` is None unless ``user`` may know it."""

    user: Any
    application: Application

    @property
    def decision(self) -> Decision | None: ...


@dataclass(frozen=True)
class ExplanationTable:
    """A table that belongs to a step; ``right`` are the numeric columns (from 0).

    ``addresses``: where the first cell of each row leads; none where it leads nowhere.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def body(self) -> SafeString:
        """Its rows, written without a template, which took a third of the page's time. Every text is escaped here."""
        addresses = self.addresses or ("",) * len(self.rows)
        numeric = dict.fromkeys(self.right, ' class="number"')
        rows = []
        for address, (first, *others) in zip(addresses, self.rows, strict=True):
            name = f'<a href="{escape(address)}">{escape(first)}</a>' if address else escape(first)
            cells = [f"<td{numeric.get(n, '')}>{_in_lines(cell)}</td>" for n, cell in enumerate(others, start=1)]
            rows.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>')
        return mark_safe("\n".join(rows))  # noqa: S308 (see above)


def _in_lines(text: str) -> str:
    """As ``linebreaksbr``, which is slow even for a text of one line."""
    return linebreaksbr(text) if "\n" in text or "\r" in text else escape(text)


@dataclass(frozen=True)
class ExplanationStep:
    """Something that happened on a day (None: unknown), in words. ``mark``: "change", "today" or nothing."""

    on: date | None
    title: str
    lines: tuple[str, ...] = ()
    grids: tuple[ExplanationTable, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class ExplanationQuery:
    """A question of a chapter: ``build(user, *given, **fixed)`` gives its rows, as in ``accounts.prepared.asked``."""

    build: Callable[..., QuerySet]
    given: tuple[Given, ...] = ()
    fixed: tuple[tuple[str, Hashable], ...] = ()


def question(build: Callable[..., QuerySet], *given: Given, **fixed: Hashable) -> ExplanationQuery:
    return ExplanationQuery(build, given, tuple(sorted(fixed.items())))


Queries = dict[str, ExplanationQuery]


def _nothing(_subject: ExplanationSubject) -> Queries:
    return {}


@dataclass(frozen=True)
class ExplanationChapter:
    """A section: ``of`` returns the steps from the ``rows`` that ``reads`` named.

    ``reads(subject)``: by name (prefixed with one's own app, ``money_lines``), questions about ``OuterRef("pk")`` (the
    application) or ``OuterRef("unit")``, whose rows ``rows_of`` makes; only those that ``subject.user`` may see.
    """

    title: str
    of: Callable[[ExplanationSubject, Rows], list[ExplanationStep]]
    reads: Callable[[ExplanationSubject], Queries] = _nothing
    order: int = 50


_chapters = Registry[ExplanationChapter](order=lambda chapter: chapter.order)
register = _chapters.register


def rows_of(queryset: QuerySet, /, *fields: str, **named: Any) -> QuerySet:
    """``found`` as rows for ``ExplanationChapter.reads``: fields under their names, expressions under others."""
    return queryset.values(json=JSONObject(**{field: field for field in fields}, **named))


def chapters_of(subject: ExplanationSubject) -> list[tuple[str, list[ExplanationStep]]]:
    """The titles with their steps; a section without steps is left out. One query."""
    reads = {name: query for chapter in _chapters for name, query in chapter.reads(subject).items()}
    parts = tuple((name, query.build, len(query.given), query.fixed) for name, query in reads.items())
    given = [value for query in reads.values() for value in query.given]
    (read,) = asked(_all_rows, subject.user, subject.application.pk, *given, parts=parts)
    rows = {name: part or [] for name, part in read.items()}  # None where nothing may be seen at all
    chapters = ((str(chapter.title), chapter.of(subject, rows)) for chapter in _chapters)
    return [(title, steps) for title, steps in chapters if steps]


def _all_rows(user: User, application: int, *given: Given, parts: tuple) -> QuerySet:
    """By name, the rows of each of ``parts``: its build, how many of ``given`` are its own, and what is fixed."""
    left, reads = iter(given), {}
    for name, build, count, fixed in parts:
        reads[name] = ArraySubquery(build(user, *islice(left, count), **dict(fixed)))
    return Application.objects.filter(pk=application).values(**reads)


def moment(text: str) -> datetime:
    """A time from the rows, in China Standard Time."""
    return timezone.localtime(parse_datetime(text))
