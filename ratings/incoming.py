"""A CSV file of many rows on its way in: read once as a stream, copied into a temporary table, judged there as a whole.

UTF-8 with or without BOM, or GB18030. Nothing of a file with a wrong row is kept, and every wrong row is listed.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.refusals import Refused

TABLE = "incoming"


@dataclass(frozen=True)
class Column:
    """``read`` gives the value to be copied, or None for a cell that is no such value; ``type`` is its SQL type."""

    name: str
    type: str
    read: Callable[[str], Any]
    expected: str | Promise
    required: bool = False


@dataclass(frozen=True)
class WrongRow:
    """A row that cannot be taken: its number in the file (from 1), the column, what stood there, what was expected."""

    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        return _("row %(row)s, column %(column)s: “%(value)s”; expected: %(expected)s") % vars(self)


class RowsRefused(Refused):
    """A file with wrong rows; ``problems`` holds them all, by row. Nothing of it was kept."""

    def __init__(self, problems: list[WrongRow]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Imported:
    """How many rows a file had, how many things it brought, how many of those known it completed, and what is odd."""

    rows: int
    new: int
    filled: int = 0
    odd: list[WrongRow] = field(default_factory=list)


@dataclass(frozen=True)
class Rule:
    """What the table as a whole must satisfy. ``broken``: SQL ``select row, value, stands`` of the rows that do not.

    ``expected`` may name ``%(stands)s``, the third column.
    """

    column: str
    broken: str
    expected: str | Promise


def load(path: Path, columns: Sequence[Column]) -> list[WrongRow]:
    """Copy the file into the temporary table ``incoming`` (``row`` and the columns); returns the rows that are wrong.

    A wrong cell is empty in the table, so that the row can be judged further. Raises ``Refused`` if it is no such file.
    """
    problems: list[WrongRow] = []
    fields = ", ".join(f'"{column.name}" {column.type}' for column in columns)
    with connection.cursor() as cursor, path.open(encoding=_encoding(path), newline="") as file:
        cursor.execute(f"drop table if exists {TABLE}")
        cursor.execute(f"create temporary table {TABLE} (row integer, {fields}) on commit drop")
        rows = _read(_cells(file), columns, problems)
        cursor.copy_expert(f"copy {TABLE} from stdin with (format csv)", _Stream(rows))
        cursor.execute(f"analyze {TABLE}")
    return problems


def broken(rules: Iterable[Rule]) -> list[WrongRow]:
    """The rows that break a rule, by row."""
    found = []
    with connection.cursor() as cursor:
        for rule in rules:
            cursor.execute(rule.broken)
            found += (
                WrongRow(row, rule.column, value, str(rule.expected) % {"stands": stands})
                for row, value, stands in cursor.fetchall()
            )
    return sorted(found, key=lambda wrong: wrong.row)


def judge(rules: Iterable[Rule], problems: list[WrongRow]) -> None:
    """Raise ``RowsRefused`` with ``problems`` and every row that breaks a rule, if there is any."""
    if wrong := [*problems, *broken(rules)]:
        raise RowsRefused(sorted(wrong, key=lambda problem: problem.row))


def known_unit() -> Rule:
    return Rule(
        "unit",
        f"select row, unit, null from {TABLE} i where unit is not null "  # noqa: S608 our own table
        "and not exists (select from villages_unit u where u.code = i.unit)",
        gettext_lazy("the code of a unit that is known here"),
    )


# How cells are read. Days and codes repeat by the hundred thousand, so each is looked at once.

_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)


@lru_cache(maxsize=20_000)
def day(text: str) -> date | None:
    """The day that is written there: 2025-06-30, or 2025/6/30 as spreadsheets write it."""
    match = _DAY.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def text_of(longest: int) -> Callable[[str], str | None]:
    return lambda text: text if len(text) <= longest else None


def number_like(pattern: str) -> Callable[[str], str | None]:
    """A number whose whole text is like ``pattern``."""
    fits = re.compile(pattern, re.ASCII).fullmatch
    return lambda text: text if fits(text) else None


def _encoding(path: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(1 << 20):
                    pass
            return encoding
        except UnicodeDecodeError:
            continue
    raise Refused(_("The file is neither in UTF-8 nor in GB18030."))


def _cells(file: Iterable[str]) -> Iterator[list[str]]:
    try:
        for row in csv.reader((line.replace("\0", "\ufffd") for line in file), strict=True):
            yield [cell.strip() for cell in row]
    except csv.Error as wrong:
        raise Refused(_("This is not a CSV file: %s") % wrong) from None


def _read(cells: Iterator[list[str]], columns: Sequence[Column], problems: list[WrongRow]) -> Iterator[list[Any]]:
    """Rows for the table, by the heading, which names the columns in any order."""
    heading = [cell.lower() for cell in next(cells, [])]
    named = {column.name for column in columns}
    missing = [c.name for c in columns if c.required and c.name not in heading]
    strange = [name for name in heading if name and name not in named] + [n for n in named if heading.count(n) > 1]
    if missing or strange:
        needed = ",".join(column.name if column.required else f"[{column.name}]" for column in columns)
        problems.append(WrongRow(1, ",".join(missing + strange), ",".join(heading), needed))
        return
    places = [(column, heading.index(column.name) if column.name in heading else None) for column in columns]
    for number, row in enumerate(cells, start=2):
        if not any(row):
            continue
        if any(row[len(heading) :]):
            expected = _("%(count)s columns") % {"count": len(heading)}
            problems.append(WrongRow(number, str(len(row)), row[-1], expected))
        yield [number, *(_value(number, row, column, at, problems) for column, at in places)]


def _value(number: int, row: list[str], column: Column, at: int | None, problems: list[WrongRow]) -> Any:
    text = row[at] if at is not None and at < len(row) else ""
    if not text:
        if column.required:
            problems.append(WrongRow(number, column.name, "", str(column.expected)))
        return None
    value = column.read(text)
    if value is None:
        problems.append(WrongRow(number, column.name, text, str(column.expected)))
    return value


class _Stream(io.RawIOBase):
    """Rows as the bytes of a CSV file, made while they are read; an empty cell is null."""

    def __init__(self, rows: Iterator[list[Any]]) -> None:
        self.rows = rows
        self.rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (more := self._more()):
            self.rest += more
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def _more(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for _number, row in zip(range(1000), self.rows, strict=False):
            writer.writerow(row)
        return text.getvalue().encode()
