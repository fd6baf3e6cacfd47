"""A facts file (formats §2): CSV in UTF-8 or GB18030, or the first sheet of a workbook, one fact a row.

It is read as a stream: of three million facts only the values are kept, not the text.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, cast

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from ratings.scheme.spec import SchemeSpec
from ratings.scoring.county_mean import give_county_means
from ratings.scoring.typed_figures import figure
from ratings.scoring.unit_facts import Asked, FactsCheck, FactToCheck, UnitFacts, asked_items, refusals
from records import cells
from records.refusals import Refused
from records.spreadsheet import SpreadsheetLine, UnreadableCell
from records.table_lines import COMMAND, Block, Bounds, NotATable, pieces
from records.wrong_rows import WrongRow
from villages.models import CODE

COLUMNS = ("unit", "item", "value", "date")
TAG = "@tag"
ABSENT = sys.maxsize
"""The place of a column that the sheet does not have: beyond the end of every row."""
MOST_KNOWN = 300_000
Fact = tuple[str, Decimal]
Order = tuple[int, ...]
"""The place of each of ``COLUMNS`` in a row."""


class FactsRefused(Refused):
    """A facts file with errors; ``problems`` holds every invalid row and unit. Nothing of it is used."""

    def __init__(self, problems: list[WrongRow | str]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class _FactRow(NamedTuple):
    number: int
    unit: str
    item: str
    value: str
    date: str = ""
    mac_days: bool = False

    def wrong(self, column: str, message: str, expected: str) -> WrongRow:
        return WrongRow(self.number, column, getattr(self, column), expected, message)


def read_facts(
    source: bytes | Path, spec: SchemeSpec, *, beside: SchemeSpec | None = None, bounds: Bounds = COMMAND
) -> dict[str, UnitFacts]:
    """The facts of every unit in the file, by unit code in order. Raises ``FactsRefused``.

    ``beside``: another scheme that the file is read for as well; what it alone asks of a unit is skipped.
    """
    reader = _Reader(spec, beside)
    try:
        reader.read(pieces(source, bounds))
    except NotATable as refused:
        raise FactsRefused([str(refused)]) from None
    reader.check_units()
    if reader.problems:
        raise FactsRefused(sorted(reader.problems, key=lambda p: p.row if isinstance(p, WrongRow) else 0))
    units = {code: reader.units[code] for code in sorted(reader.units)}
    give_county_means(spec, [facts.values for facts in units.values()])
    return units


def read_facts_for_both(
    source: bytes | Path, new: SchemeSpec, old: SchemeSpec, *, bounds: Bounds = COMMAND
) -> tuple[dict[str, UnitFacts], dict[str, UnitFacts]]:
    """The facts as each of two schemes reads them. Raises ``FactsRefused`` with what is wrong for either."""
    read, problems = [], []
    for spec, beside in ((new, old), (old, new)):
        try:
            read.append(read_facts(source, spec, beside=beside, bounds=bounds))
        except FactsRefused as refused:
            problems += refused.problems
    if problems:
        raise FactsRefused(list(dict.fromkeys(problems)))
    return read[0], read[1]


class _Figure(NamedTuple):
    value: Decimal
    always: bool
    """Whether each unit may have it, whatever variants its tags ask for."""


class _Reader:
    """Reads rows into ``units`` and collects the problems.

    Nearly every row of a large file states a fact that an earlier unit has had: then a look-up is all it costs.
    """

    def __init__(self, spec: SchemeSpec, beside: SchemeSpec | None):
        self.spec, self.beside = spec, beside
        self.order: Order = tuple(range(len(COLUMNS)))
        self.width = len(COLUMNS)
        """How many cells a row may have."""
        self.units: dict[str, UnitFacts] = {}
        self.values: dict[str, dict[str, Decimal]] = {}
        """The facts of a unit by the text that names it."""
        self.known: dict[tuple[str, str], Fact] = {}
        """By the texts of item and value, a fact that each unit may have."""
        self.places: dict[str, dict[str, int]] = {}
        """By unit, the row of each fact that other units may not have."""
        self.again: list[FactToCheck] = []
        """Facts that were there already."""
        self.figures: dict[tuple[str, str], _Figure | None] = {}
        self.vetoes = {veto.code for veto in spec.vetoes}
        self.asking: dict[str, list[Asked]] = {}
        for criterion in spec.criteria:
            for question in criterion.in_file:
                self.asking.setdefault(question.item, []).append((criterion, question))
        self.called = {cells.code(item): item for item in (*self.vetoes, *self.asking, TAG)}
        self.skipped = {cells.code(item) for item in asked_items(beside)} if beside else set()
        self.problems: list[WrongRow | str] = []

    def read(self, table: Iterator[Block | SpreadsheetLine]) -> None:
        """The first row may be a heading and then gives the order of the columns."""
        first = next(table, None)
        if first is None:
            return
        order = None if isinstance(first, Block) else _order(first)
        if order:
            self.order, self.width = order, max(at for at in order if at != ABSENT) + 1
        for piece in table if order else chain([first], table):
            if isinstance(piece, Block):
                self._read_block(piece)
            else:
                self._read_line(piece)

    def _read_line(self, line: SpreadsheetLine) -> None:
        row, dated = line.cells, self.order[3]
        try:
            unit, item, text = itemgetter(*self.order[:3])(row)
            item, value = self.known[item, text]
            facts = self._values_of(unit)
        except (IndexError, KeyError):
            self._read_with_care(line)
            return
        if item in facts or len(row) > self.width or (len(row) > dated and row[dated]):
            self._read_with_care(line)
        else:
            facts[item] = value

    def _read_block(self, block: Block) -> None:
        """As line by line; the rows of a unit mostly follow each other and are taken at once."""
        nothing = [""] * len(block)
        columns = [block.columns[at] if at < len(block.columns) else nothing for at in self.order]
        units, items, texts, dates = columns
        found = self._known_facts(list(zip(items, texts, strict=True)))
        for others in (dates, *block.columns[self.width :]):
            if any(others):
                found = [None if text else fact for fact, text in zip(found, others, strict=True)]
        at = 0
        for unit, rows in groupby(units):
            end = at + len(list(rows))
            if not self._take_at_once(unit, found[at:end]):
                for place in range(at, end):
                    self._read_line(block.line(place))
            at = end

    def _take_at_once(self, unit: str, found: Sequence[Fact | None]) -> bool:
        """Take the facts of a unit; none of them if one needs care."""
        if None in found:
            return False
        try:
            facts = self._values_of(unit)
        except KeyError:
            return False
        new = dict(cast(Sequence[Fact], found))
        if len(new) < len(found) or not new.keys().isdisjoint(facts):
            return False
        facts.update(new)
        return True

    def _known_facts(self, texts: Sequence[tuple[str, str]]) -> list[Fact | None]:
        """The facts that texts of item and value tell, None for those that not each unit may have."""
        found = list(map(self.known.get, texts))
        if None in found:
            for item, text in {text for text, fact in zip(texts, found, strict=True) if fact is None}:
                self._learn(item, text)
            found = list(map(self.known.get, texts))
        return found

    def _learn(self, text: str, value: str) -> None:
        item = self._item(text)
        if item in self.asking and (found := self._figure(item, value)) and found.always:
            self.known[text, value] = item, found.value

    def _values_of(self, text: str) -> dict[str, Decimal]:
        """The facts of the unit that ``text`` names. Raises ``KeyError`` if it is no division code."""
        return self.values.get(text) or self._facts_of(text).values

    def _facts_of(self, text: str) -> UnitFacts:
        unit = _unit(text)
        if unit is None:
            raise KeyError(text)
        facts = self.units.get(unit)
        if facts is None:
            facts = self.units[unit] = UnitFacts()
        self.values[text] = facts.values
        return facts

    def _read_with_care(self, line: SpreadsheetLine) -> None:
        texts = (line.cells[at] if at < len(line.cells) else "" for at in self.order)
        problem = self._beyond(line) or self._take(_FactRow._make((line.number, *texts, line.mac_days)))
        if problem:
            self.problems.append(problem)

    def _beyond(self, line: SpreadsheetLine) -> WrongRow | None:
        """The first text that is in no column: one that was torn at its comma must not pass for its first half."""
        for at, text in enumerate(line.cells[self.width :], start=self.width + 1):
            if text:
                told = _("This cell is in no column. A value with a comma needs quotation marks.")
                return WrongRow(line.number, get_column_letter(at), text, _("nothing"), told)
        return None

    def _take(self, row: _FactRow) -> WrongRow | None:
        if not row.unit:
            return row.wrong("unit", _("The unit is missing."), _("a unit's code"))
        if not type(row.unit) is type(row.item) is type(row.value) is type(row.date) is str:
            for column in COLUMNS:
                if isinstance(text := getattr(row, column), UnreadableCell):
                    return row.wrong(column, _("This cell holds no value."), text.expected)
        unit = _unit(row.unit)
        if unit is None:
            return row.wrong("unit", _("This is not a division code."), _("a unit's code"))
        facts = self._facts_of(row.unit)
        item = self._item(row.item)
        if item is None and cells.code(row.item) in self.skipped:
            return None
        if item is None:
            return row.wrong("item", _("The scheme does not ask for this."), _("an item of the scheme"))
        if item == TAG:
            if not row.value:
                return row.wrong("value", _("The tag is missing."), _("a tag"))
            facts.tags.add(cells.one_line(row.value))
            return None
        if item in self.vetoes:
            return self._take_veto(row, item, facts)
        if row.date and cells.day(row.date, mac_days=row.mac_days) is None:
            return row.wrong("date", _("This is not a date."), _("nothing"))
        found = self._figure(item, row.value)
        if found is None:
            return row.wrong("value", _("This is not a number."), _("a number such as 93.5"))
        if item in facts.values:
            self.again.append(FactToCheck(unit, item, found.value, row.number))
            return row.wrong("item", _("This fact appears here twice."), _("each fact once"))
        facts.values[item] = found.value
        if found.always:
            self.known[row.item, row.value] = item, found.value
        else:
            self.places.setdefault(unit, {})[item] = row.number
        return None

    def _item(self, text: str) -> str | None:
        return self.called.get(text) or self.called.get(cells.code(text))

    def _figure(self, item: str, text: str) -> _Figure | None:
        """The figure in ``text``; cached, as the same figures come by the hundred thousand."""
        if (item, text) not in self.figures:
            if len(self.figures) >= MOST_KNOWN:
                self.figures.clear()
                self.known.clear()
            value = figure(self.asking[item][0][1], text)
            self.figures[item, text] = None if value is None else _Figure(value, self._always(item, value))
        return self.figures[item, text]

    def _always(self, item: str, value: Decimal) -> bool:
        """Whether all variants of the criterion ask for the item and accept the value."""
        asking = self.asking[item]
        variants = [criterion for criterion in self.spec.criteria if criterion.code == asking[0][0].code]
        return len(variants) == len(asking) and all(
            any(variant is asks[0] for variant in variants) and not refusals([asks], value) for asks in asking
        )

    def _take_veto(self, row: _FactRow, item: str, facts: UnitFacts) -> WrongRow | None:
        if row.value:
            return row.wrong("value", _("A veto item has a date and no value."), _("nothing"))
        met = cells.day(row.date, mac_days=row.mac_days)
        if met is None:
            told = _("This is not a date.") if row.date else _("The day on which it was met is missing.")
            return row.wrong("date", told, _("a date such as 2025-06-30"))
        facts.vetoes.add((item, met))
        return None

    def check_units(self) -> None:
        """Checks that need a unit's tags (``unit_facts``)."""
        check = FactsCheck(self.spec, self.beside, self.asking, self.units)
        check.check(chain(self._of_some_units(), self.again))
        self.problems += check.problems

    def _of_some_units(self) -> Iterator[FactToCheck]:
        """The facts that other units may not have."""
        for unit, rows in self.places.items():
            values = self.units[unit].values
            for item, number in rows.items():
                yield FactToCheck(unit, item, values[item], number)


@lru_cache(maxsize=10_000)
def _unit(text: str) -> str | None:
    code = cells.code(text).upper()
    return code if re.fullmatch(CODE, code) else None


def _order(first: SpreadsheetLine) -> Order | None:
    """The order of the columns if ``first`` is a heading. Raises ``FactsRefused`` for columns that there are not."""
    heads = [cells.head(text) for text in first.cells]
    if not {"unit", "item", "value"} <= set(heads):
        return None
    if others := [head for head in heads if head and head not in COLUMNS]:
        raise FactsRefused([WrongRow(first.number, head, head, ",".join(COLUMNS)) for head in others])
    return tuple(heads.index(column) if column in heads else ABSENT for column in COLUMNS)
