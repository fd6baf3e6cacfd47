"""Import of large files: read once as a stream, copied into a temporary table, checked there as a whole.

CSV or a workbook (``records.table_lines``). A file with a wrong row is refused completely, and every wrong row is
listed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records import cells
from records.bulk_copy import copy_rows
from records.refusals import Refused
from records.spreadsheet import SpreadsheetLine, UnreadableCell
from records.table_lines import COMMAND, lines
from records.wrong_rows import WrongRow
from villages.models import CODE

TABLE = "incoming"


@dataclass(frozen=True)
class CsvColumn:
    """``read`` returns the value to be copied, or None for an invalid cell; ``type`` is its SQL type."""

    name: str
    type: str
    read: Callable[[str], Any]
    expected: str | Promise
    required: bool = False


class RowsRefused(Refused):
    """A file with invalid rows; ``problems`` holds them all, by row. Nothing of it was saved."""

    def __init__(self, problems: list[WrongRow]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class CsvImport:
    """How many rows a file had, how many objects it created, how many known ones it completed, and its warnings."""

    rows: int
    new: int
    filled: int = 0
    odd: list[WrongRow] = field(default_factory=list)


@dataclass(frozen=True)
class CsvRule:
    """A rule for the table as a whole. ``broken``: SQL ``select row, value, stands`` of the rows that break it.

    ``expected`` may contain ``%(stands)s``, the third column.
    """

    column: str
    broken: str
    expected: str | Promise


def load(path: Path, columns: Sequence[CsvColumn]) -> list[WrongRow]:
    """Copy the file into the temporary table ``incoming`` (``row`` and the columns); returns the invalid rows.

    An invalid cell is empty in the table, so that the row can be checked further. Raises ``Refused`` for an unreadable
    file.
    """
    problems: list[WrongRow] = []
    fields = ", ".join(f'"{column.name}" {column.type}' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {TABLE}")
        cursor.execute(f"create temporary table {TABLE} (row integer, {fields}) on commit drop")
        rows = _read(lines(path, COMMAND), columns, problems)
        copy_rows(cursor, TABLE, rows)
        cursor.execute(f"analyze {TABLE}")
    return problems


def broken(rules: Iterable[CsvRule]) -> list[WrongRow]:
    """The rows that break a rule, by row."""
    errors: list[WrongRow] = []
    with connection.cursor() as cursor:
        for rule in rules:
            cursor.execute(rule.broken)
            errors += (
                WrongRow(row, rule.column, value, str(rule.expected) % {"stands": stands})
                for row, value, stands in cursor.fetchall()
            )
    return sorted(errors, key=lambda wrong: wrong.row)


def judge(rules: Iterable[CsvRule], problems: list[WrongRow]) -> None:
    """Raise ``RowsRefused`` with ``problems`` and every row that breaks a rule, if there is any."""
    if wrong := [*problems, *broken(rules)]:
        raise RowsRefused(sorted(wrong, key=lambda problem: problem.row))


def known_unit() -> CsvRule:
    return CsvRule(
        "unit",
        f"select row, unit, null from {TABLE} i where unit is not null "  # noqa: S608 our own table
        "and not exists (select from villages_unit u where u.code = i.unit)",
        gettext_lazy("the code of a unit that is known here"),
    )


# How cells are read. Days and codes repeat by the hundred thousand, so each is parsed once.

day = lru_cache(maxsize=20_000)(cells.day)


@lru_cache(maxsize=20_000)
def unit(text: str) -> str | None:
    """A division code; 3.30624E+11 and 330624108204.0 are not."""
    code = cells.code(text).upper()
    return code if re.fullmatch(CODE, code, re.ASCII) else None


def text_of(longest: int) -> Callable[[str], str | None]:
    return lambda text: text if len(text) <= longest else None


def code_of(longest: int) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        code = cells.code(text)
        return code if len(code) <= longest else None

    return read


def number_like(pattern: str) -> Callable[[str], str | None]:
    """A number whose whole text matches ``pattern``."""
    fits = re.compile(pattern, re.ASCII).fullmatch

    def read(text: str) -> str | None:
        value = cells.number(text)
        plain = f"{value:f}" if value is not None else ""
        return plain if fits(plain) else None

    return read


def _read(
    rows: Iterator[SpreadsheetLine], columns: Sequence[CsvColumn], problems: list[WrongRow]
) -> Iterator[list[Any]]:
    """Rows for the table, by the heading, which names the columns in any order."""
    first = next(rows, None)
    heading = [cells.head(text) for text in first.cells] if first else []
    named = {column.name for column in columns}
    missing = [c.name for c in columns if c.required and c.name not in heading]
    strange = [name for name in heading if name and name not in named] + [n for n in named if heading.count(n) > 1]
    if missing or strange:
        needed = ",".join(column.name if column.required else f"[{column.name}]" for column in columns)
        problems.append(WrongRow(1, ",".join(missing + strange), ",".join(heading), needed))
        return
    places = [(column, heading.index(column.name) if column.name in heading else None) for column in columns]
    for line in rows:
        if any(line.cells[len(heading) :]):
            expected = _("%(count)s columns") % {"count": len(heading)}
            problems.append(WrongRow(line.number, str(len(line.cells)), line.cells[-1], expected))
        yield [line.number, *(_value(line, column, at, problems) for column, at in places)]


def _value(line: SpreadsheetLine, column: CsvColumn, at: int | None, problems: list[WrongRow]) -> Any:
    number, row = line.number, line.cells
    text = row[at] if at is not None and at < len(row) else ""
    if isinstance(text, UnreadableCell):
        problems.append(WrongRow(number, column.name, text, text.expected))
        return None
    if column.type == "date" and line.mac_days and text.isdecimal():
        parsed = cells.day(text, mac_days=True)
        text = parsed.isoformat() if parsed else text
    if not text:
        if column.required:
            problems.append(WrongRow(number, column.name, "", str(column.expected)))
        return None
    value = column.read(text)
    if value is None:
        problems.append(WrongRow(number, column.name, text, str(column.expected)))
    return value
