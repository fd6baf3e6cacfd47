"""Rows of “who has not yet” as plain values, so that equal ones are rendered once (``records.kept_includes``)."""

from collections.abc import Collection
from typing import NamedTuple

from records.deadlines import short_day
from reminders.matrix import Cell, Matrix, Row


class ShownCell(NamedTuple):
    """``waits``: how many things; ``left``: until the first of them; ``until``: its day, where the row leads to a
    matrix of its own, otherwise ``people``, whose turn it is. ``link``: "" where the reader may not open it."""

    step: str
    kind: str
    link: str = ""
    waits: int = 0
    late: int = 0
    left: str = ""
    until: str = ""
    people: str = ""
    done: str = ""


class ShownRow(NamedTuple):
    """``opens``: whether its cells count what waits, and say until when."""

    code: str
    name: str
    kind: str
    url: str
    opens: bool
    cells: tuple[ShownCell, ...]


def shown(matrix: Matrix, only: str, links: Collection[str]) -> list[ShownRow]:
    """The rows asked for with ``only``; ``links``: those of ``matrix`` that the reader may open."""
    labels = {step: str(step.label) for step in matrix.steps}
    return [
        ShownRow(
            row.unit.code,
            row.unit.name,
            row.kind,
            row.url,
            matrix.opens,
            tuple(_cell(cell, labels[cell.step], row, links) for cell in row.cells),
        )
        for row in matrix.narrowed(only)
    ]


def _cell(cell: Cell, step: str, row: Row, links: Collection[str]) -> ShownCell:
    if cell.first is None:
        return ShownCell(step, cell.kind, done=short_day(cell.done) if cell.done else "")
    link = row.url or (cell.first.link if cell.first.link in links else "")
    until = short_day(cell.last_day) if cell.last_day else ""
    return ShownCell(step, cell.kind, link, len(cell.dues), cell.late, cell.left, until, cell.people)
