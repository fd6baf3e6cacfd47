"""What is wrong with a file, in a form that a page, a command and a workbook can show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.translation import gettext as _

from records.workbooks import WrongCell

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """Where (``areas[0].criteria[2].tiers[1]``, as in formats §1), what is wrong, and what was expected."""

    place: str
    message: str
    expected: str
    severity: Severity = "error"
    cell: WrongCell | None = None
    """The cell of a workbook that ``place`` names."""

    def __str__(self) -> str:
        severity = _("error") if self.severity == "error" else _("warning")
        words = vars(self) | {"severity": severity, "place": self.place or "/"}
        if self.cell is not None:
            words |= {"place": f"{self.place} ({self.cell.head})", "value": self.cell.value}
            return _("%(severity)s at %(place)s: “%(value)s”: %(message)s (expected: %(expected)s)") % words
        return _("%(severity)s at %(place)s: %(message)s (expected: %(expected)s)") % words


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def wrong_cells(problems: Iterable[Problem]) -> list[WrongCell]:
    """The cells to mark in the workbook, with all messages about each."""
    return [
        replace(problem.cell, expected=" ".join([problem.message, _("Expected: %s") % problem.expected]))
        for problem in problems
        if problem.cell is not None
    ]
