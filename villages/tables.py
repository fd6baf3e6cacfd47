"""Tables of units with fields to fill in: on a page, or as a sheet to download and upload.

A ``FillInTable`` defines the columns, the units and the present values; ``GridForm`` shows it on a page, ``write`` and
``read`` as a workbook. Both yield the same: by unit, the values that differ from what was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO

from django import forms
from django.utils.translation import gettext as _

from records.cells import code as code_of
from records.cells import number
from records.excel_writer import write_list
from records.numbers import Ambiguous, plain
from records.outliers import Jump, jump
from records.workbooks import SheetColumn, SheetRefused, SheetRow, WrongCell, read_rows
from villages.models import Unit
from villages.townships import unit_columns

LONGEST_NUMBER = 20
Said = dict[str, dict[str, Any]]
"""By unit code, the values by column name."""


@dataclass(frozen=True)
class AskedFigure:
    """A column to fill in. ``read(typed)`` raises ``ValueError`` with what was expected; ``show`` formats a value."""

    name: str
    head: str
    read: Callable[[str], Any]
    show: Callable[[Any], str]
    longest: int = 20
    numeric: bool = True


@dataclass(frozen=True)
class FillInTable:
    """``kept`` (present values) and ``before`` (those a year ago) by unit code and column; ``mark``: heading and value
    of a column that each row of a sheet must have, so that a sheet for another year is noticed."""

    title: str
    asked: Sequence[AskedFigure]
    units: Sequence[Unit]
    kept: Mapping[tuple[str, str], Any]
    before: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    before_word: str = ""
    mark: tuple[str, str] | None = None

    def shown(self, unit: Unit, asked: AskedFigure) -> str:
        return asked.show(self.kept.get((unit.code, asked.name)))

    def shown_before(self, unit: Unit, asked: AskedFigure) -> str:
        return asked.show(self.before.get((unit.code, asked.name)))

    def odd(self, unit: Unit, asked: AskedFigure, value: Any) -> Jump | None:
        """How ``value`` is an outlier against the year before, if it is."""
        last = self.before.get((unit.code, asked.name))
        if not asked.numeric or value is None or last is None:
            return None
        return jump(Decimal(value), Decimal(last))


class CellField(forms.CharField):
    """A field of one column. The value shown is sent along (hidden), so that only changes are saved."""

    def __init__(self, asked: AskedFigure, **options: Any) -> None:
        super().__init__(required=False, max_length=asked.longest, show_hidden_initial=True, **options)
        self.asked = asked

    def clean(self, value: Any) -> Any:
        try:
            return self.asked.read(super().clean(value))
        except Ambiguous as asked:
            raise forms.ValidationError(str(asked)) from None
        except ValueError as wrong:
            raise forms.ValidationError(_("Expected: %s.") % wrong) from None


class GridForm(forms.Form):
    """A field for each unit and column of the table, named ``CODE-column``."""

    use_required_attribute = False

    def __init__(self, table: FillInTable, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.table = table
        for unit in table.units:
            for asked in table.asked:
                cell = CellField(asked, label=f"{unit.name} {asked.head}", initial=table.shown(unit, asked))
                cell.widget.attrs |= {"aria-label": cell.label, "autocomplete": "off"}
                if asked.numeric:
                    cell.widget.attrs["inputmode"] = "decimal"
                self.fields[_name(unit, asked)] = cell

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For the template: each unit with its fields and the values of a year ago."""
        return [
            {
                "unit": unit,
                "cells": [
                    {
                        "field": self[_name(unit, asked)],
                        "asked": asked,
                        "before": self.table.shown_before(unit, asked),
                        "odd": self.table.odd(unit, asked, self.table.kept.get((unit.code, asked.name))),
                    }
                    for asked in self.table.asked
                ],
            }
            for unit in self.table.units
        ]

    @property
    def is_odd(self) -> bool:
        """Whether a changed value is far from that of a year ago."""
        return any(
            self.table.odd(unit, asked, self.said[unit.code][asked.name])
            for unit in self.table.units
            for asked in self.table.asked
            if asked.name in self.said.get(unit.code, {})
        )

    @property
    def said(self) -> Said:
        """The changes made on the page."""
        changed: Said = {}
        for name in self.changed_data:
            code, _dash, column = name.partition("-")
            changed.setdefault(code, {})[column] = self.cleaned_data[name]
        return changed


def _name(unit: Unit, asked: AskedFigure) -> str:
    return f"{unit.code}-{asked.name}"


def write(table: FillInTable, to: BinaryIO, *, notes: Sequence[str]) -> None:
    """The table as a workbook to fill in, prefilled with the present values."""
    columns = unit_columns(lambda unit: unit)
    if table.mark:
        head, value = table.mark
        columns.append(SheetColumn(head, lambda _unit: value, 10))
    for asked in table.asked:
        if table.before_word:
            columns.append(_column(f"{asked.head} {table.before_word}", asked, table.before))
        columns.append(_column(asked.head, asked, table.kept))
    write_list(table.title, columns, table.units, to, notes=notes)


def _column(head: str, asked: AskedFigure, values: Mapping[tuple[str, str], Any]) -> SheetColumn:
    """Write figures as numbers, so that Excel can add them up."""

    def value(unit: Unit) -> Any:
        there = values.get((unit.code, asked.name))
        return there if asked.numeric else asked.show(there)

    return SheetColumn(head, value, 20)


def rows_of(raw: bytes, asked: Sequence[AskedFigure], mark: tuple[str, str] | None) -> list[SheetRow]:
    """The rows of an uploaded sheet. Raises ``SheetRefused``."""
    rows = read_rows(raw, [_("Division code"), *([mark[0]] if mark else []), *(column.head for column in asked)])
    if not rows:
        raise SheetRefused([], _("The sheet has no lines."))
    return rows


def read(rows: Sequence[SheetRow], table: FillInTable) -> Said:
    """The values in the rows that differ from the present ones; empty cells are ignored.

    Raises ``SheetRefused`` with all errors: a unit outside the table or listed twice, a wrong mark, an invalid value.
    """
    code_head = _("Division code")
    units = {unit.code: unit for unit in table.units}
    said: Said = {}
    seen: dict[str, int] = {}
    wrong: list[WrongCell] = []
    for row in rows:
        code = row.code(code_head)
        first = seen.setdefault(code, row.number)
        if code not in units:
            wrong.append(row.wrong(code_head, _("a division code within your reach")))
        elif first != row.number:
            wrong.append(row.wrong(code_head, _("each unit once; see row %d") % first))
        if table.mark and code_of(row[table.mark[0]]) != code_of(table.mark[1]):
            wrong.append(row.wrong(*table.mark))
        for asked in table.asked:
            try:
                value = asked.read(_plain(row[asked.head]) if asked.numeric else row[asked.head])
            except ValueError as problem:
                wrong.append(row.wrong(asked.head, str(problem)))
                continue
            if row[asked.head] and value != table.kept.get((code, asked.name)):
                said.setdefault(code, {})[asked.name] = value
    if wrong:
        raise SheetRefused(wrong)
    return said


@dataclass(frozen=True)
class FigureChange:
    """A cell of a sheet that differs from the present value."""

    unit: Unit
    head: str
    before: str
    now: str
    odd: Jump | None

    @property
    def outcome(self) -> list[str]:
        return [self.unit.code, self.head, self.before, self.now]


def changes(said: Said, table: FillInTable) -> list[FigureChange]:
    """The changes that saving ``said`` would make, unit by unit, outliers first."""
    found = [
        FigureChange(unit, asked.head, table.shown(unit, asked), asked.show(value), table.odd(unit, asked, value))
        for unit in table.units
        for asked in table.asked
        if asked.name in said.get(unit.code, {})
        for value in [said[unit.code][asked.name]]
    ]
    return sorted(found, key=lambda change: change.odd is None)


def _plain(text: str) -> str:
    """A number of a sheet without thousands separators; anything else is left for its column to refuse.

    Raises ``ValueError`` if a comma may be a decimal point.
    """
    value = number(text)
    if value is None and "," in code_of(text):
        raise ValueError(_("a number without a comma, such as 1234.5"))
    return text if value is None or value.adjusted() > LONGEST_NUMBER else plain(value)
