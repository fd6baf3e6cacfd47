"""A scheme's workbook read back into the body of a scheme file; each value keeps the cell that it comes from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter, range_boundaries

from ratings.scheme.problems import Problem
from ratings.scheme.workbook import layout
from ratings.scheme.workbook.cells import SEPARATOR
from ratings.scheme.workbook.layout import Sheet
from ratings.scheme.workbook.places import Places, address
from ratings.scheme.workbook.rows import Builder
from records import cells
from records.spreadsheet import Most, SheetLines
from records.table_lines import Bounds, NotATable, sheets
from records.workbooks import SheetRefused, SheetRow, broken_cells, rows_below
from records.zip_packages import MB, Limits

BOUNDS = Bounds(Limits(size=40 * MB, ratio=100), Most(cells=200_000, texts=100_000, columns=300), lines=5_000)


@dataclass
class Book:
    """``body`` as in a scheme file; ``problems``: what kept parts of the workbook out of it."""

    body: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    places: Places = field(default_factory=Places)

    def with_cells(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems of the workbook, then those of its body by cell; one per cell, the workbook's first.

        Where a whole sheet could not be read, the body is too incomplete to be judged.
        """
        if any(problem.cell is None for problem in self.problems):
            return self.problems
        told = {problem.place for problem in self.problems}
        found = [self.places.with_cell(self.body, problem) for problem in problems]
        return [*self.problems, *(problem for problem in found if problem.place not in told)]


def read_book(raw: bytes) -> Book:
    """Raises ``NotATable``; all other errors are among ``problems``."""
    book = Book()
    titles = [sheet.title for sheet in layout.SHEETS]
    there = {lines.name: lines for lines in reversed(sheets(raw, BOUNDS, titles))}
    if not there:
        raise NotATable(_("This workbook has none of the sheets of a scheme."))
    tables: dict[str, list[SheetRow]] = {}
    for sheet in layout.SHEETS:
        if sheet.title in there:
            tables[sheet.title] = _rows(sheet, there[sheet.title], book)
        else:
            missing = _("The workbook has no sheet “%s”.") % sheet.title
            book.problems.append(Problem(sheet.title, missing, SEPARATOR.join(titles)))
    builder = Builder(tables, book.places)
    book.body = builder.body()
    book.problems += builder.problems
    return book


def _rows(sheet: Sheet, lines: SheetLines, book: Book) -> list[SheetRow]:
    """The rows below the headings; none if the sheet has problems."""
    heads = [column.head for column in sheet.columns if not column.optional]
    optional = [column.head for column in sheet.columns if column.optional]
    top, there = _head_line(lines, [*heads, *optional])
    if missing := [head for head in heads if head not in there]:
        told = _("The sheet has no column “%s”.") % SEPARATOR.join(missing)
        book.problems.append(Problem(f"{sheet.title}!{top}", told, SEPARATOR.join(heads)))
        return []
    book.problems += _merged(lines, top)
    book.places.tops[sheet.title] = _top_row(sheet, top)
    try:
        rows = rows_below(lines.lines, heads, optional=optional, exact=True)
    except SheetRefused as refused:
        book.problems += [
            Problem(address(cell), _("The scheme has no such column."), cell.expected, cell=cell)
            for cell in refused.problems
        ] or [Problem(sheet.title, str(refused), _("each column once"))]
        return []
    book.problems += [
        Problem(address(cell), _("This cell holds no value."), cell.expected, cell=cell) for cell in broken_cells(rows)
    ]
    return rows


def _head_line(lines: SheetLines, heads: list[str]) -> tuple[int, set[str]]:
    """The number of the line with the most headings, and which."""
    called = {cells.head(head): head for head in heads}
    found = [
        (line.number, {called[h] for text in line.cells if (h := cells.head(text)) in called}) for line in lines.lines
    ]
    return max(found, key=lambda line: len(line[1]), default=(1, set()))


def _top_row(sheet: Sheet, number: int) -> SheetRow:
    """The heading row, for what is missing below it."""
    letters = {column.head: get_column_letter(at) for at, column in enumerate(sheet.columns, start=1)}
    return SheetRow(sheet.title, number, {}, letters)


def _merged(lines: SheetLines, top: int) -> Iterator[Problem]:
    """Merged cells below the heads: all but the first would read as empty."""
    for area in lines.merged:
        try:
            last_row = range_boundaries(area)[3]
        except (ValueError, TypeError):
            continue
        if last_row is not None and last_row > top:
            yield Problem(
                f"{lines.name}!{area}", _("These cells are merged."), _("a value in each cell; please unmerge them")
            )
