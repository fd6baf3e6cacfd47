"""What is wrong with a file, in a form that a page, a command and a workbook can show."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

from records.workbooks import WrongCell

Severity = Literal["error", "warning"]


class Term(NamedTuple):
    """A word of the file format in the text of a problem: a key, or a ``value`` of it."""

    key: str
    value: str = ""

    @property
    def word(self) -> str:
        return self.value or self.key


@dataclass(frozen=True)
class Problem:
    """Where (``areas[0].criteria[2].tiers[1]``, as in formats §1), what is wrong, and what was expected.

    ``terms``: the words of the format in its texts; whoever does not write JSON is told them by other names.
    """

    place: str
    message: str
    expected: str
    severity: Severity = "error"
    cell: WrongCell | None = None
    """The cell of a workbook that ``place`` names."""
    terms: tuple[Term, ...] = ()

    def in_words(self, words_of: Callable[[Term], str]) -> "Problem":
        """The same with other names for its ``terms``."""
        if not self.terms:
            return self
        words = {term.word: words_of(term) for term in self.terms}
        longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.ASCII)
        message, expected = (pattern.sub(lambda found: words[found[0]], text) for text in (self.message, self.expected))
        return replace(self, message=message, expected=expected)

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


def warning(place: str, message: str, expected: str, *terms: Term) -> Problem:
    return Problem(place, message, expected, "warning", terms=terms)


def missing(place: str, *keys: str) -> Problem:
    """One of ``keys`` must be there."""
    return Problem(place, _("A required key is missing."), " / ".join(keys), terms=key_terms(*keys))


def key_terms(*keys: str) -> tuple[Term, ...]:
    return tuple(Term(key) for key in keys)
