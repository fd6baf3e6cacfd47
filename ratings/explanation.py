"""The explanation on the page "why this star", section by section: each app registers its own in ``registrations.py``.

The rows of all sections come from one query, so that the page stays fast however many sections there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

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
    def linked_rows(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each row with where its first cell leads."""
        return list(zip(self.addresses or ("",) * len(self.rows), self.rows, strict=True))


@dataclass(frozen=True)
class ExplanationStep:
    """Something that happened on a day (None: unknown), in words. ``mark``: "change", "today" or nothing."""

    on: date | None
    title: str
    lines: tuple[str, ...] = ()
    grids: tuple[ExplanationTable, ...] = ()
    mark: str = ""


def _nothing(_subject: ExplanationSubject) -> dict[str, QuerySet]:
    return {}


@dataclass(frozen=True)
class ExplanationChapter:
    """A section: ``of`` returns the steps from the ``rows`` that ``reads`` named.

    ``reads(subject)``: by name (prefixed with one's own app, ``money_lines``), rows of ``OuterRef("pk")`` (the
    application) or ``OuterRef("unit")`` as ``rows_of`` makes them; only those that ``subject.user`` may see.
    """

    title: str
    of: Callable[[ExplanationSubject, Rows], list[ExplanationStep]]
    reads: Callable[[ExplanationSubject], dict[str, QuerySet]] = _nothing
    order: int = 50


_chapters = Registry[ExplanationChapter](order=lambda chapter: chapter.order)
register = _chapters.register


def rows_of(queryset: QuerySet, /, *fields: str, **named: Any) -> QuerySet:
    """``found`` as rows for ``ExplanationChapter.reads``: fields under their names, expressions under others."""
    return queryset.values(json=JSONObject(**{field: field for field in fields}, **named))


def chapters_of(subject: ExplanationSubject) -> list[tuple[str, list[ExplanationStep]]]:
    """The titles with their steps; a section without steps is left out. One query."""
    reads = {name: ArraySubquery(rows) for chapter in _chapters for name, rows in chapter.reads(subject).items()}
    read = Application.objects.filter(pk=subject.application.pk).values(**reads).get()
    rows = {name: part or [] for name, part in read.items()}  # None where nothing may be seen at all
    chapters = ((str(chapter.title), chapter.of(subject, rows)) for chapter in _chapters)
    return [(title, steps) for title, steps in chapters if steps]


def moment(text: str) -> datetime:
    """A time from the rows, in China Standard Time."""
    return timezone.localtime(parse_datetime(text))
