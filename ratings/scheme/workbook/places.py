"""Which cell of the workbook a value of the scheme comes from, so that an error names the cell."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ratings.scheme.problems import Problem, Term
from ratings.scheme.workbook.cells import SEPARATOR, words_in
from ratings.scheme.workbook.layout import CONDITIONS, COVER_LINES, SHEETS, Column
from records.workbooks import SheetRow, WrongCell

_INDEX = re.compile(r"\[(\d+)\]")


@dataclass
class Places:
    """``values``: the cell of a key of an object; ``rows``: the row of an object, for keys that it lacks."""

    values: dict[tuple[int, str], tuple[SheetRow, Column]] = field(default_factory=dict)
    rows: dict[int, tuple[SheetRow, Mapping[str, Column]]] = field(default_factory=dict)
    tops: dict[str, SheetRow] = field(default_factory=dict)
    """By sheet the row of its heads, for what is missing below."""
    _kept: list[Any] = field(default_factory=list)
    """Objects that are named by their identity must live as long."""

    def note_row(self, made: dict[str, Any], row: SheetRow, columns: Mapping[str, Column], first: str) -> None:
        """``made`` is in ``row``; ``first``: the column to name when all of it is wrong."""
        self.rows[id(made)] = row, {first: columns[first], **columns}
        self._kept.append(made)

    def note_value(self, container: dict[str, Any], key: str, row: SheetRow, column: Column) -> None:
        self.values[id(container), key] = row, column
        self._kept.append(container)

    def with_cell(self, body: dict[str, Any], problem: Problem) -> Problem:
        """``problem`` of the body, expressed by the cell concerned."""
        row, column, key = self._cell(body, problem.place)
        if row is None or column is None:
            return problem.in_words(lambda term: _word(term, {}))
        cell = cell_of(row, column)
        told = problem.in_words(lambda term: _word(term, self._columns_of(row)))
        expected = _choices(problem, column) or (column.note if problem.expected == key else told.expected)
        return replace(told, place=address(cell), expected=expected, cell=cell)

    def _columns_of(self, row: SheetRow) -> Mapping[str, Column]:
        """Of everything that was made of the row: an event and its rule share one."""
        return {key: column for one, columns in self.rows.values() if one is row for key, column in columns.items()}

    def _cell(self, body: dict[str, Any], place: str) -> tuple[SheetRow | None, Column | None, str]:
        row, column, last = None, None, ""
        there: Any = body
        for container, key, inner in _steps(body, place):
            there = inner
            if found := self.values.get((id(container), key)):
                row, column, last = *found, key
            elif id(container) in self.rows:
                row, columns = self.rows[id(container)]
                column, last = columns.get(key) or next(iter(columns.values())), key
        if id(there) in self.rows:
            row, columns = self.rows[id(there)]
            column = next(iter(columns.values()))
        return row, column, last


def _choices(problem: Problem, column: Column) -> str:
    """The words to choose from, where a cell holds one of few, unless another cell of its row is what is wrong."""
    others = any(not term.value and term.key != column.key for term in problem.terms)
    chosen = column.kind in ("choice", "yes") and problem.severity == "error" and not others
    return SEPARATOR.join((column.words or {}).values()) if chosen else ""


def _word(term: Term, nearest: Mapping[str, Column]) -> str:
    """A word of the format as the workbook says it: by its headings (of the row first) and what its cells hold."""
    everywhere = [*COVER_LINES, *(column for sheet in SHEETS for column in sheet.columns)]
    column = nearest.get(term.key) or next((one for one in everywhere if one.key == term.key), None)
    if column is None:
        return CONDITIONS.get(term.word, term.word)
    return str(words_in(column, term.value)) if term.value else column.head


def cell_of(row: SheetRow, column: Column) -> WrongCell:
    """The cell of ``column`` in ``row``; a line of the cover is called by its label."""
    here = row.wrong(column.head, "")
    return here if here.column else replace(row.wrong("内容", ""), head=column.head)


def address(cell: WrongCell) -> str:
    return f"{cell.sheet}!{cell.column}{cell.row}"


def _steps(body: dict[str, Any], place: str) -> Iterator[tuple[Any, str, Any]]:
    """The path to ``place``: container, key, and current value (None: nothing). Codes may contain dots themselves."""
    node: Any = body
    while place:
        if index := _INDEX.match(place):
            key, rest = index[1], place[index.end() :]
            inner = node[int(key)] if isinstance(node, list) and int(key) < len(node) else None
        else:
            known = [k for k in node if f"{place}.".startswith((f"{k}.", f"{k}["))] if isinstance(node, dict) else []
            key = max(known, key=len, default=place)
            rest, inner = place[len(key) :], node.get(key) if isinstance(node, dict) else None
        yield node, key, inner
        node, place = inner, rest.removeprefix(".")
