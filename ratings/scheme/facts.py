"""A facts file (formats §2): CSV in UTF-8 or GB18030, or the first sheet of a workbook, one fact a row."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.scheme.spec import LARGEST, MOST_PLACES, Criterion, NoSingleVariant, Question, SchemeSpec
from ratings.scoring import WrongFact, check_fact
from records.refusals import Refused
from records.workbooks import SheetRefused, lines

COLUMNS = ("unit", "item", "value", "date")
TAG = "@tag"
ZIP = b"PK\x03\x04"
Asked = tuple[Criterion, Question]


@dataclass
class UnitFacts:
    """What a file says about one unit: facts by item, tags, and the days on which veto items were met."""

    values: dict[str, Decimal] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    vetoes: set[tuple[str, date]] = field(default_factory=set)


@dataclass(frozen=True)
class WrongRow:
    """A row that cannot be used: where, what stood there, and what was expected."""

    row: int
    column: str
    value: str
    message: str
    expected: str

    def __str__(self) -> str:
        return _("row %(row)s, column %(column)s: “%(value)s”: %(message)s (expected: %(expected)s)") % vars(self)


class FactsRefused(Refused):
    """A facts file with errors; ``problems`` holds every wrong row and unit. Nothing of it is used."""

    def __init__(self, problems: list[WrongRow | str]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class _Row:
    number: int
    unit: str
    item: str
    value: str
    date: str

    def wrong(self, column: str, message: str, expected: str) -> WrongRow:
        return WrongRow(self.number, column, getattr(self, column), message, expected)


def read_facts(raw: bytes, spec: SchemeSpec) -> dict[str, UnitFacts]:
    """The facts of every unit in the file, by unit code in order. Raises ``FactsRefused``."""
    rows = list(_rows(_cells(raw)))
    units = {code: UnitFacts() for code in sorted({row.unit for row in rows if row.unit})}
    reader = _Reader(spec, units)
    for row in rows:
        reader.read(row)
    reader.check_units()
    if reader.problems:
        raise FactsRefused(sorted(reader.problems, key=lambda p: p.row if isinstance(p, WrongRow) else 0))
    return units


class _Reader:
    """Takes rows into ``units`` and collects what is wrong."""

    def __init__(self, spec: SchemeSpec, units: dict[str, UnitFacts]):
        self.spec, self.units = spec, units
        self.vetoes = {veto.code for veto in spec.vetoes}
        self.asking: dict[str, list[Asked]] = {}
        for criterion in spec.criteria:
            for question in criterion.questions:
                self.asking.setdefault(question.item, []).append((criterion, question))
        self.numbers: list[tuple[_Row, Decimal]] = []
        self.problems: list[WrongRow | str] = []

    def read(self, row: _Row) -> None:
        problem = self._take(row)
        if problem:
            self.problems.append(problem)

    def _take(self, row: _Row) -> WrongRow | None:
        if not row.unit:
            return row.wrong("unit", _("The unit is missing."), _("a unit's code"))
        facts = self.units[row.unit]
        if row.item == TAG:
            if not row.value:
                return row.wrong("value", _("The tag is missing."), _("a tag"))
            facts.tags.add(row.value)
            return None
        if row.item in self.vetoes:
            return self._take_veto(row, facts)
        if row.item not in self.asking:
            return row.wrong("item", _("The scheme does not ask for this."), _("an item of the scheme"))
        value = decimal(row.value)
        if value is None:
            return row.wrong("value", _("This is not a number."), _("a number such as 93.5"))
        self.numbers.append((row, value))
        if row.item in facts.values:
            return row.wrong("item", _("This fact stands here twice."), _("each fact once"))
        facts.values[row.item] = value
        return None

    def _take_veto(self, row: _Row, facts: UnitFacts) -> WrongRow | None:
        if row.value:
            return row.wrong("value", _("A veto item has a date and no value."), _("nothing"))
        met = day(row.date)
        if met is None:
            return row.wrong("date", _("The day on which it was met is missing."), _("a date such as 2025-06-30"))
        facts.vetoes.add((row.item, met))
        return None

    def check_units(self) -> None:
        """What can be judged only when a unit's tags are known: its variants, and what they can take.

        A unit that fits no single variant is judged by every variant, so that one reading names all that is wrong.
        """
        fitting = {code: self._fitting(code) for code in self.units}
        for row, value in self.numbers:
            criteria, asking = fitting[row.unit], self.asking[row.item]
            mine = asking if criteria is None else [a for a in asking if any(a[0] is fits for fits in criteria)]
            if not mine:
                self.problems.append(
                    row.wrong("item", _("This item belongs to a variant for other units."), _("an item for this unit"))
                )
            elif refusals := _refusals(mine, value):
                self.problems.append(row.wrong("value", _("This value cannot be taken."), refusals[0].expected))

    def _fitting(self, unit: str) -> tuple[Criterion, ...] | None:
        try:
            return self.spec.fitting(self.units[unit].tags)
        except NoSingleVariant as wrong:
            self.problems.append(
                _("Unit %(unit)s: %(fitting)s variants of criterion %(code)s fit it, but exactly one must.")
                % {"unit": unit, "fitting": wrong.fitting, "code": wrong.code}
            )
            return None


def _refusals(asking: list[Asked], value: Decimal) -> list[WrongFact]:
    """Why none of the criteria can take ``value``; nothing when one can."""
    refusals = []
    for criterion, question in asking:
        try:
            check_fact(criterion, question, value)
        except WrongFact as wrong:
            refusals.append(wrong)
        else:
            return []
    return refusals


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


def decimal(text: str) -> Decimal | None:
    """The number that ``text`` writes, None if it writes none or one beyond all measure."""
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    ordinary = abs(number) < LARGEST and -number.as_tuple().exponent <= MOST_PLACES
    return number if ordinary else None


def day(text: str) -> date | None:
    """The day that ``text`` writes (2025-06-30), None if it writes none."""
    match = _DAY.fullmatch(text)
    if not match:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def _rows(cells: Iterable[list[str]]) -> Iterator[_Row]:
    """Rows with their numbers; the first one may be a heading and then says where each column is."""
    places = dict(zip(COLUMNS, range(len(COLUMNS)), strict=True))
    for number, row in enumerate(cells, start=1):
        if number == 1 and {"unit", "item", "value"} <= set(row):
            places = {column: row.index(column) for column in COLUMNS if column in row}
            continue
        if any(row):
            taken = {column: row[at] if at < len(row) else "" for column, at in places.items()}
            yield _Row(number, **({"date": ""} | taken))


def _cells(raw: bytes) -> Iterator[list[str]]:
    try:
        for _sheet, _number, cells in lines(raw):
            yield cells
    except SheetRefused as refused:
        raise FactsRefused([str(refused)]) from None
